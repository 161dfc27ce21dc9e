import { denseRanks } from './ranks.ts'
import { checkScored } from './scored.ts'

/** What a resample says; undefined when it holds one class only. */
export type ResampledStatistic = (indices: Int32Array) => number | undefined

/** AUROC of many resamples of the same films: they are ranked once, and a resample only counts. */
export function resampledAuroc(scores: ArrayLike<number>, labels: ArrayLike<number>): ResampledStatistic {
  const count = counter(scores, labels)
  return indices => {
    const { positives, negatives } = count(indices)
    let below = 0
    let wins = 0
    let total = 0
    for (let rank = 0; rank < positives.length; rank++) {
      wins += positives[rank]! * (below + negatives[rank]! / 2)
      below += negatives[rank]!
      total += positives[rank]!
    }
    return total === 0 || below === 0 ? undefined : wins / (total * below)
  }
}

/** Average precision of many resamples of the same films. */
export function resampledAveragePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): ResampledStatistic {
  const count = counter(scores, labels)
  return indices => {
    const { positives, negatives } = count(indices)
    let hits = 0
    let taken = 0
    let area = 0
    for (let rank = positives.length - 1; rank >= 0; rank--) {
      hits += positives[rank]!
      taken += positives[rank]! + negatives[rank]!
      if (positives[rank]! > 0) area += positives[rank]! * (hits / taken)
    }
    return hits === 0 || hits === taken ? undefined : area / hits
  }
}

/** Counts how often each distinct score is drawn, by class, into arrays that are used again. */
function counter(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): (indices: Int32Array) => { positives: Float64Array; negatives: Float64Array } {
  checkScored('a resampled statistic', scores, labels)
  const { ranks, count } = denseRanks(scores)
  const positives = new Float64Array(count)
  const negatives = new Float64Array(count)
  return indices => {
    positives.fill(0)
    negatives.fill(0)
    for (const index of indices) {
      const drawn = labels[index] === 1 ? positives : negatives
      drawn[ranks[index]!]!++
    }
    return { positives, negatives }
  }
}
