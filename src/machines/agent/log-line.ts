import { checkStamp, isJsonObject, Problem } from '../../core/index.ts'

/** One line that a job printed, or that its agent has to say. */
export interface LogLine {
  readonly format: 'chestnut.log-line/1'
  /** From 1, without gaps. */
  readonly number: number
  /** Milliseconds since 1970 on the provider's clock. */
  readonly time: number
  readonly stream: 'out' | 'err' | 'agent'
  readonly text: string
}

/** @throws Problem when it is no log line, or one of a newer Chestnut. */
export function parseLogLine(line: string): LogLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new Problem('Cannot read a log line: it is no JSON', { cause: error })
  }
  if (!isJsonObject(value)) throw new Problem('Cannot read a log line: it is no JSON object')
  checkStamp(value['format'], 'log-line', 1)
  const { number, time, stream, text } = value
  if (typeof number !== 'number' || typeof time !== 'number' || typeof text !== 'string')
    throw new Problem('Cannot read a log line: its number, time or text is missing')
  if (stream !== 'out' && stream !== 'err' && stream !== 'agent')
    throw new Problem('Cannot read a log line: its stream is none of "out", "err" and "agent"')
  return { format: 'chestnut.log-line/1', number, time, stream, text }
}
