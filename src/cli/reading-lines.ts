import type { AnswerRecord, FindingRecord } from '../models/index.ts'
import { paint } from './output.ts'

/** What a person reads of a film: one line, and below it one for each finding where there are several. */
export function readingLines(
  file: string,
  { prediction, findings }: AnswerRecord,
  overlay?: string,
): readonly string[] {
  const place = overlay === undefined ? '' : `  ${overlay}`
  const [first, ...others] = findings
  const positive = findings.some(each => each.positive)
  const head = `${file}  ${paint(positive ? 'yellow' : 'green', prediction, process.stdout)}`
  if (first && others.length === 0) return [`${head}  ${inBrackets(first)}${place}`]
  const width = Math.max(...findings.map(({ label }) => label.length))
  return [`${head}${place}`, ...findings.map(each => tableLine(each, width))]
}

function inBrackets({ probability, interval, threshold }: FindingRecord): string {
  const words = [
    ...(interval ? [`${bounds(interval)} at ${percent(interval.level)}`] : []),
    `threshold ${three(threshold)}`,
  ]
  return `${three(probability)} (${words.join(', ')})`
}

function tableLine({ label, probability, interval, threshold, positive }: FindingRecord, width: number): string {
  const mark = positive ? '●' : ' '
  const text = `  ${mark} ${label.padEnd(width)}  ${three(probability)}  ${(interval ? bounds(interval) : '').padEnd(14)}  threshold ${three(threshold)}`
  return positive ? paint('yellow', text, process.stdout) : text
}

function bounds({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${three(low)} to ${three(high)}`
}

function percent(level: number): string {
  return `${Number((100 * level).toFixed(1))} %`
}

function three(value: number): string {
  return value.toFixed(3)
}
