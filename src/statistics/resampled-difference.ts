import { type BootstrapOptions, bootstrapSeveral } from './bootstrap.ts'
import type { Interval } from './interval.ts'
import type { ResampledStatistic } from './resampled.ts'

/**
 * A statistic of the first model minus that of the second on the same films, with the percentile interval of resampled patients: for
 * what has no formula, such as average precision. Both take the same resamples. Undefined where no resample has both classes.
 */
export function resampledDifference(
  first: ResampledStatistic,
  second: ResampledStatistic,
  clusters: readonly string[],
  options: BootstrapOptions,
): Interval | undefined {
  const of = (drawn: Int32Array): number | undefined => {
    const [a, b] = [first(drawn), second(drawn)]
    return a === undefined || b === undefined ? undefined : a - b
  }
  const value = of(Int32Array.from(clusters, (_, film) => film))
  const [found] = bootstrapSeveral(clusters, drawn => [of(drawn)], options)
  if (value === undefined || found === undefined) return undefined
  return { value, low: found.low, high: found.high, level: options.level ?? 0.95 }
}
