import { checkStamp, isJsonObject, Problem } from '../../core/index.ts'

const reasons = ['finished', 'deadline', 'stopped', 'not-started', 'log-failed'] as const

/** How a job ended. */
export interface JobExit {
  readonly format: 'chestnut.job-exit/1'
  readonly run: string
  /** 0 for success; 128 and the number of the signal that ended it; 127 when there is no such command. */
  readonly status: number
  /** Whether it ended by itself, and if not, what ended it. */
  readonly reason: (typeof reasons)[number]
  /** Milliseconds since 1970 on the provider's clock. */
  readonly started: number
  readonly ended: number
  /** How many log lines it has. */
  readonly lines: number
}

/** @throws Problem when it is no exit of a job, or one of a newer Chestnut. */
export function parseJobExit(value: unknown): JobExit {
  if (!isJsonObject(value)) throw new Problem('Cannot read how a job ended: it is no JSON object')
  checkStamp(value['format'], 'job-exit', 1)
  const { run, status, started, ended, lines } = value
  const reason = reasons.find(one => one === value['reason'])
  if (
    typeof run !== 'string' ||
    typeof status !== 'number' ||
    typeof started !== 'number' ||
    typeof ended !== 'number' ||
    typeof lines !== 'number' ||
    reason === undefined
  )
    throw new Problem('Cannot read how a job ended: a part of it is missing')
  return { format: 'chestnut.job-exit/1', run, status, reason, started, ended, lines }
}
