import { type Interval, normalInterval } from './interval.ts'
import { twoSidedP, zOf } from './normal.ts'

/** A paired difference with its interval, standard error and two-sided p-value against no difference. */
export interface Difference extends Interval {
  readonly se: number
  readonly p: number
}

/** With fewer than two independent units in a class nothing is known of the spread: the interval is −1 to 1 and p is 1. */
export function differenceOf(value: number, variance: number, smallerClass: number, level: number): Difference {
  if (smallerClass < 2) return { value, low: -1, high: 1, level, se: Number.NaN, p: 1 }
  const se = Math.sqrt(Math.max(0, variance))
  const p = se === 0 ? (value === 0 ? 1 : 0) : twoSidedP(value / se)
  return { ...normalInterval(value, se, zOf(level), level), se, p }
}
