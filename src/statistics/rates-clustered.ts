import { type BootstrapOptions, bootstrapSeveral } from './bootstrap.ts'
import { type Confusion, confusion } from './confusion.ts'
import type { Interval } from './interval.ts'
import { type RateName, rate, rateInterval, rateNames } from './rates.ts'

/** Films with scores, labels (0 or 1) and patients; all of one length. */
export interface ClusteredScores {
  readonly scores: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly clusters: readonly string[]
}

/**
 * The rates at a threshold with percentile intervals of resampled patients; absent where nothing is there to divide by.
 * Resampling 12 of 12 gives 12 of 12 for ever: such a rate gets Wilson's interval instead.
 */
export function ratesClustered(
  { scores, labels, clusters }: ClusteredScores,
  threshold: number,
  options: BootstrapOptions,
): Readonly<Partial<Record<RateName, Interval>>> {
  const level = options.level ?? 0.95
  const counts = confusion(scores, labels, threshold)
  const called = Uint8Array.from(labels, (_, i) => (scores[i]! >= threshold ? 1 : 0))
  const resampled = bootstrapSeveral(
    clusters,
    indices => {
      const drawn = countDrawn(indices, called, labels)
      return rateNames.map(name => rate(name, drawn))
    },
    options,
  )
  const intervals: Partial<Record<RateName, Interval>> = {}
  for (const [place, name] of rateNames.entries()) {
    const value = rate(name, counts)
    const found = resampled[place]
    if (value === undefined || found === undefined) continue
    const { low, high } = found.low === found.high && name !== 'f1' ? rateInterval(name, counts, level) : found
    intervals[name] = { value, low, high, level }
  }
  return intervals
}

function countDrawn(drawn: Int32Array, called: Uint8Array, labels: ArrayLike<number>): Confusion {
  let tp = 0
  let fp = 0
  let fn = 0
  for (const i of drawn) {
    if (labels[i] === 1) called[i] === 1 ? tp++ : fn++
    else fp += called[i]!
  }
  return { tp, fp, fn, tn: drawn.length - tp - fp - fn }
}
