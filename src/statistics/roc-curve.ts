import { checkBothClasses, countPositives } from './scored.ts'
import { tallies } from './tallies.ts'

export interface RocPoint {
  /** A film counts as positive when its score is at or above it. */
  readonly threshold: number
  /** 1 − specificity. */
  readonly fpr: number
  /** Sensitivity. */
  readonly tpr: number
}

/** The ROC curve with one point for each distinct score, from (0, 0) at the threshold Infinity to (1, 1). */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocPoint[] {
  checkBothClasses('a ROC curve', scores, labels)
  const positives = countPositives(labels)
  const negatives = labels.length - positives
  return [
    { threshold: Number.POSITIVE_INFINITY, fpr: 0, tpr: 0 },
    ...tallies(scores, labels).map(({ threshold, truePositives, falsePositives }) => ({
      threshold,
      fpr: falsePositives / negatives,
      tpr: truePositives / positives,
    })),
  ]
}
