import type { Interval } from '../statistics/index.ts'

/** An interval without what a particular method adds, as it is kept in an evaluation. */
export function plainInterval({ value, low, high, level }: Interval): Interval {
  return { value, low, high, level }
}
