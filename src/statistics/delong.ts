import { type AurocInterval, aurocInterval } from './auroc-interval.ts'
import { type Difference, differenceOf } from './difference.ts'
import { type Placements, placements } from './placements.ts'

/**
 * AUROC with DeLong's interval on the logit scale (DeLong, DeLong and Clarke-Pearson 1988). It takes films as
 * independent: where patients have several, use `aurocClustered`.
 */
export function aurocDeLong(scores: ArrayLike<number>, labels: ArrayLike<number>, level = 0.95): AurocInterval {
  const placed = placements(scores, labels)
  const variance = varianceOf(placed, placed.shares, labels)
  return aurocInterval(placed.auroc, variance, Math.min(placed.positives, placed.negatives), level)
}

/** AUROC of the first scores minus that of the second, on the same films, with DeLong's paired interval and p-value. */
export function aurocDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
  level = 0.95,
): Difference {
  const a = placements(first, labels)
  const b = placements(second, labels)
  const shares = a.shares.map((share, i) => share - b.shares[i]!)
  return differenceOf(a.auroc - b.auroc, varianceOf(a, shares, labels), Math.min(a.positives, a.negatives), level)
}

/** Sample variances (n − 1) of the shares of both classes, each over its class's size. */
function varianceOf(sizes: Placements, shares: Float64Array, labels: ArrayLike<number>): number {
  let variance = 0
  for (const [label, size] of [
    [1, sizes.positives],
    [0, sizes.negatives],
  ]) {
    const own = shares.filter((_, i) => labels[i] === label)
    const mean = own.reduce((sum, share) => sum + share, 0) / size!
    variance += own.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (size! - 1) / size!
  }
  return variance
}
