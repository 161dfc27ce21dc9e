import type { Interval } from '../../statistics/index.ts'
import { areaText } from '../interval-text.ts'

/** `+0.012`, `−0.034`, `0.000`. */
export function signedText(value: number): string {
  const text = areaText(Math.abs(value))
  if (Number(text) === 0) return text
  return `${value < 0 ? '−' : '+'}${text}`
}

/** `−0.012 (−0.034 to +0.010)` */
export function differenceText({ value, low, high }: Interval): string {
  return `${signedText(value)} (${signedText(low)} to ${signedText(high)})`
}

/** `0.004`, `< 0.001`, `–` where there is no test. */
export function pText(p: number | null): string {
  if (p === null) return '–'
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}
