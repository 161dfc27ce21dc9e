import type { Finding } from './answer.ts'

/** A finding's name as a person writes it: `Pleural_Thickening` → `Pleural Thickening`. */
export function named({ label }: Pick<Finding, 'label'>): string {
  return label.replaceAll('_', ' ')
}

/** The answer in a few words. */
export function headline(findings: readonly Finding[]): string {
  const positive = findings.filter(each => each.positive)
  const [first] = positive
  if (positive.length > 1) return `${positive.length} findings`
  if (first) return named(first)
  return findings.length === 1 ? `No ${named(findings[0]!)}` : 'No finding'
}

/** How the answer came about. */
export function sentence(findings: readonly Finding[]): string {
  const [only, ...others] = findings
  if (only && others.length === 0) {
    return `The probability of ${share(only.probability)} ${only.positive ? 'reaches' : 'stays below'} the threshold of ${share(only.threshold)}.`
  }
  const reached = findings.filter(each => each.positive).map(named)
  return reached.length === 0
    ? `None of ${findings.length} findings reaches its threshold.`
    : `Of ${findings.length} findings, ${list(reached)} ${reached.length === 1 ? 'reaches its threshold' : 'reach their thresholds'}.`
}

/** Everything about one finding, for those who cannot see its bar. */
export function spoken({ probability, interval, threshold }: Finding): string {
  return `Probability ${share(probability)}${interval ? `, ${intervalName(interval)} ${range(interval)}` : ''}, threshold ${share(threshold)}`
}

export function intervalName({ level }: { readonly level: number }): string {
  return `${Number((100 * level).toFixed(1))} % interval`
}

export function range({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${share(low)} to ${share(high)}`
}

export function share(value: number): string {
  return value.toFixed(value > 0 && value < 0.01 ? 4 : 2)
}

function list(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
