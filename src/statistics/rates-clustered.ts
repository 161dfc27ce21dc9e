import { type BootstrapOptions, bootstrapClustered } from './bootstrap.ts'
import { type Confusion, confusion } from './confusion.ts'
import type { Interval } from './interval.ts'
import { type RateName, rate } from './rates.ts'

/**
 * A rate at a threshold with a percentile interval of resampled patients; undefined when nothing is there to divide by.
 * Where resampling shows no spread, as for 12 of 12, it knows nothing: use `rateInterval` there.
 */
export function rateClustered(
  name: RateName,
  scored: {
    readonly scores: ArrayLike<number>
    readonly labels: ArrayLike<number>
    readonly clusters: readonly string[]
  },
  threshold: number,
  options: BootstrapOptions,
): Interval | undefined {
  const { scores, labels, clusters } = scored
  const value = rate(name, confusion(scores, labels, threshold))
  if (value === undefined) return undefined
  const called = Uint8Array.from(labels, (_, i) => (scores[i]! >= threshold ? 1 : 0))
  const { low, high } = bootstrapClustered(clusters, drawn => rate(name, countDrawn(drawn, called, labels)), options)
  return { value, low, high, level: options.level ?? 0.95 }
}

function countDrawn(drawn: Int32Array, called: Uint8Array, labels: ArrayLike<number>): Confusion {
  let tp = 0
  let fp = 0
  let fn = 0
  for (const i of drawn) {
    if (called[i] === 1) labels[i] === 1 ? tp++ : fp++
    else if (labels[i] === 1) fn++
  }
  return { tp, fp, fn, tn: drawn.length - tp - fp - fn }
}
