import { type AurocInterval, aurocInterval } from './auroc-interval.ts'
import { type Difference, differenceOf } from './difference.ts'
import { type Placements, placements } from './placements.ts'

/**
 * AUROC with an interval that knows that the films of one patient resemble each other (Obuchowski 1997, "Nonparametric
 * analysis of clustered ROC curve data"), on the logit scale.
 *
 * @param clusters the patient of each film; a patient may have films of both classes
 * @throws Problem when a class is missing
 */
export function aurocClustered(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): AurocInterval {
  const placed = placements(scores, labels)
  const sums = clusterSums(placed, placed.shares, placed.auroc, labels, clusters)
  return aurocInterval(placed.auroc, varianceOf(sums, placed), smallerClass(sums), level)
}

/** AUROC of the first scores minus that of the second, on the same films, with a paired clustered interval and p-value. */
export function aurocDifferenceClustered(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): Difference {
  const a = placements(first, labels)
  const b = placements(second, labels)
  // The sums are linear in the shares, so the difference of two AUROCs is one more statistic of the same form.
  const shares = a.shares.map((share, i) => share - b.shares[i]!)
  const difference = a.auroc - b.auroc
  const sums = clusterSums(a, shares, difference, labels, clusters)
  return differenceOf(difference, varianceOf(sums, a), smallerClass(sums), level)
}

/** What one patient adds: how far its positives and its negatives stand from their expected sums. */
interface ClusterSum {
  positives: number
  negatives: number
  a: number
  b: number
}

function clusterSums(
  placed: Placements,
  shares: Float64Array,
  centre: number,
  labels: ArrayLike<number>,
  clusters: readonly string[],
): readonly ClusterSum[] {
  if (clusters.length !== placed.shares.length) {
    throw new RangeError(`Cannot cluster ${placed.shares.length} scores: there are ${clusters.length} clusters`)
  }
  const sums = new Map<string, ClusterSum>()
  for (let i = 0; i < clusters.length; i++) {
    const sum = sums.get(clusters[i]!) ?? { positives: 0, negatives: 0, a: 0, b: 0 }
    sums.set(clusters[i]!, sum)
    if (labels[i] === 1) {
      sum.positives++
      sum.a += shares[i]! - centre
    } else {
      sum.negatives++
      sum.b += shares[i]! - centre
    }
  }
  return [...sums.values()]
}

/** S10/M + S01/N + 2·S11/(M·N) in Obuchowski's words. */
function varianceOf(sums: readonly ClusterSum[], { positives, negatives }: Placements): number {
  const all = sums.length
  const withPositives = sums.filter(sum => sum.positives > 0).length
  const withNegatives = sums.filter(sum => sum.negatives > 0).length
  const s10 = (withPositives / ((withPositives - 1) * positives)) * total(sums, sum => sum.a ** 2)
  const s01 = (withNegatives / ((withNegatives - 1) * negatives)) * total(sums, sum => sum.b ** 2)
  const s11 = (all / (all - 1)) * total(sums, sum => sum.a * sum.b)
  return s10 / positives + s01 / negatives + (2 * s11) / (positives * negatives)
}

function smallerClass(sums: readonly ClusterSum[]): number {
  return Math.min(sums.filter(sum => sum.positives > 0).length, sums.filter(sum => sum.negatives > 0).length)
}

function total<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}
