import { midranks } from './ranks.ts'
import { checkBothClasses, countPositives } from './scored.ts'

/**
 * The area under the ROC curve: the share of pairs of one positive and one negative that the scores put in the right
 * order, ties counted half. From midranks: (Σ ranks of the positives − m(m+1)/2) / (m·n).
 *
 * @param scores higher means more positive; any monotone transform gives the same area
 * @param labels 1 or 0 for each score
 * @throws Problem when a class is missing; RangeError on NaN or other labels
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkBothClasses('an AUROC', scores, labels)
  return aurocOfRanks(midranks(scores), labels, countPositives(labels))
}

/** The same from midranks that are known already. Exact but for the last division: midranks are halves. */
export function aurocOfRanks(ranks: Float64Array, labels: ArrayLike<number>, positives: number): number {
  let sum = 0
  for (let i = 0; i < ranks.length; i++) sum += labels[i]! * ranks[i]!
  return (sum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives))
}
