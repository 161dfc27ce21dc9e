import { isJsonObject, type ProgressEvent } from '../../core/index.ts'

const format = 'chestnut.job-event/1'

/** An event of a stage as a line that its job prints. */
export function eventLine(event: ProgressEvent): string {
  return JSON.stringify({ format, event })
}

/** The event of a line; what is none is for people to read. */
export function eventOf(line: string): ProgressEvent {
  const said: ProgressEvent = { kind: 'note', text: line }
  if (!line.startsWith('{')) return said
  try {
    const value: unknown = JSON.parse(line)
    return isJsonObject(value) && value['format'] === format && isEvent(value['event']) ? value['event'] : said
  } catch (error) {
    if (error instanceof SyntaxError) return said
    throw error
  }
}

function isEvent(value: unknown): value is ProgressEvent {
  if (!isJsonObject(value)) return false
  const { kind, text, task, done, total, unit } = value
  if (kind === 'note' || kind === 'warning') return typeof text === 'string'
  const are = (type: 'string' | 'number', ...values: readonly unknown[]): boolean =>
    values.every(one => typeof one === type)
  return kind === 'progress' && are('string', task, unit) && are('number', done, total)
}
