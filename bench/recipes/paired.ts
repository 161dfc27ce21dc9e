import { random } from '../../src/core/index.ts'
import { bootstrapClustered, resampledAuroc } from '../../src/statistics/index.ts'

export interface Paired {
  /** Mean over the seeds of the first AUROC minus the second. */
  readonly difference: number
  readonly low: number
  readonly high: number
}

/**
 * How much better the first recipe is than the second, on the same folds of the same films. Patients are drawn with replacement,
 * and in each draw seeds as well, so that the interval holds for other patients and for other draws of folds and weights.
 *
 * @param first out-of-fold logits, one array a seed
 */
export function pairedDifference(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  { labels, patients, seed }: { labels: ArrayLike<number>; patients: readonly string[]; seed: number },
): Paired {
  const statistics = first.map((scores, run) => [resampledAuroc(scores, labels), resampledAuroc(second[run]!, labels)])
  const mean = (indices: Int32Array, runs: readonly number[]): number | undefined => {
    let sum = 0
    for (const run of runs) {
      const [ours, theirs] = statistics[run]!.map(statistic => statistic(indices))
      if (ours === undefined || theirs === undefined) return undefined
      sum += ours - theirs
    }
    return sum / runs.length
  }
  const seeds = first.map((_, run) => run)
  const draw = random(seed, 'seeds')
  const drawn = (indices: Int32Array): number | undefined =>
    mean(
      indices,
      seeds.map(() => draw.integer(seeds.length)),
    )
  const { low, high } = bootstrapClustered(patients, drawn, { seed })
  const all = Int32Array.from({ length: labels.length }, (_, film) => film)
  return { difference: mean(all, seeds) ?? Number.NaN, low, high }
}
