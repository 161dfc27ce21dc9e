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
  return aurocMeanClustered([scores], labels, clusters, level)
}

/** AUROC of the first scores minus that of the second, on the same films, with a paired clustered interval and p-value. */
export function aurocDifferenceClustered(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): Difference {
  return aurocMeanDifferenceClustered([first], [second], labels, clusters, level)
}

/**
 * The mean AUROC of several runs over the same films, as of a cross-validation that is repeated with other seeds, with its
 * clustered interval. Repeating lessens the chance of the split, not that of the patients: the interval knows.
 */
export function aurocMeanClustered(
  runs: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): AurocInterval {
  const placed = meanPlacements(runs, labels)
  const sums = clusterSums(placed, labels, clusters)
  return aurocInterval(placed.auroc, varianceOf(sums, placed), smallerClass(sums), level)
}

/** The mean AUROC of the first runs minus that of the second, on the same films, paired and clustered. */
export function aurocMeanDifferenceClustered(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): Difference {
  const a = meanPlacements(first, labels)
  const b = meanPlacements(second, labels)
  const difference = {
    ...a,
    auroc: a.auroc - b.auroc,
    shares: a.shares.map((share, i) => share - b.shares[i]!),
  }
  const sums = clusterSums(difference, labels, clusters)
  return differenceOf(difference.auroc, varianceOf(sums, difference), smallerClass(sums), level)
}

/** The variance is a quadratic form of the shares, so means and differences of AUROCs are statistics of the same kind. */
function meanPlacements(runs: readonly ArrayLike<number>[], labels: ArrayLike<number>): Placements {
  const placed = runs.map(scores => placements(scores, labels))
  const [first] = placed
  if (first === undefined) throw new RangeError('Cannot take the mean AUROC: there are no runs')
  return {
    ...first,
    auroc: placed.reduce((sum, run) => sum + run.auroc, 0) / runs.length,
    shares: first.shares.map((_, i) => placed.reduce((sum, run) => sum + run.shares[i]!, 0) / runs.length),
  }
}

/** What one patient adds: how far its positives and its negatives stand from their expected sums. */
interface ClusterSum {
  positives: number
  negatives: number
  a: number
  b: number
}

function clusterSums(
  { shares, auroc }: Placements,
  labels: ArrayLike<number>,
  clusters: readonly string[],
): readonly ClusterSum[] {
  if (clusters.length !== shares.length) {
    throw new RangeError(`Cannot cluster ${shares.length} scores: there are ${clusters.length} clusters`)
  }
  const sums = new Map<string, ClusterSum>()
  for (let i = 0; i < clusters.length; i++) {
    const sum = sums.get(clusters[i]!) ?? { positives: 0, negatives: 0, a: 0, b: 0 }
    sums.set(clusters[i]!, sum)
    if (labels[i] === 1) {
      sum.positives++
      sum.a += shares[i]! - auroc
    } else {
      sum.negatives++
      sum.b += shares[i]! - auroc
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
