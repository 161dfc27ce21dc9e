import { checkStamp, isJsonObject, Problem } from '../../core/index.ts'

/** A sign of life of a job. */
export interface Heartbeat {
  readonly format: 'chestnut.heartbeat/1'
  readonly run: string
  /** Milliseconds since 1970 on the provider's clock. */
  readonly time: number
  readonly state: 'running' | 'ended'
  /** How many log lines there are. */
  readonly lines: number
}

/** @throws Problem when it is no heartbeat, or one of a newer Chestnut. */
export function parseHeartbeat(value: unknown): Heartbeat {
  if (!isJsonObject(value)) throw new Problem('Cannot read a heartbeat: it is no JSON object')
  checkStamp(value['format'], 'heartbeat', 1)
  const { run, time, state, lines } = value
  if (typeof run !== 'string' || typeof time !== 'number' || typeof lines !== 'number')
    throw new Problem('Cannot read a heartbeat: a part of it is missing')
  if (state !== 'running' && state !== 'ended') throw new Problem('Cannot read a heartbeat: its state is missing')
  return { format: 'chestnut.heartbeat/1', run, time, state, lines }
}
