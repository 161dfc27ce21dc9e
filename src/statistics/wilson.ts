import type { Interval } from './interval.ts'
import { zOf } from './normal.ts'

/**
 * Wilson's score interval of a proportion (Wilson 1927). Without trials: value NaN, interval 0 to 1.
 *
 * @param successes may be a fraction
 */
export function wilson(successes: number, trials: number, level = 0.95): Interval {
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(`Cannot take the proportion of ${successes} in ${trials}: it must lie between 0 and 1`)
  }
  if (trials === 0) return { value: Number.NaN, low: 0, high: 1, level }
  const z = zOf(level)
  const value = successes / trials
  const scale = 1 + (z * z) / trials
  const centre = (value + (z * z) / (2 * trials)) / scale
  const reach = (z / scale) * Math.sqrt((value * (1 - value)) / trials + (z * z) / (4 * trials * trials))
  return {
    value,
    // At the ends the bound is exactly 0 or 1; subtraction would miss it by a rounding error.
    low: successes === 0 ? 0 : centre - reach,
    high: successes === trials ? 1 : centre + reach,
    level,
  }
}
