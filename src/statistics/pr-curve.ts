import { checkBothClasses, countPositives } from './scored.ts'
import { tallies } from './tallies.ts'

export interface PrPoint {
  /** A film counts as positive when its score is at or above it. */
  readonly threshold: number
  readonly recall: number
  readonly precision: number
}

/** The precision-recall curve with one point for each distinct score, recall rising to 1. */
export function prCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrPoint[] {
  checkBothClasses('a precision-recall curve', scores, labels)
  const positives = countPositives(labels)
  return tallies(scores, labels).map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    recall: truePositives / positives,
    precision: truePositives / (truePositives + falsePositives),
  }))
}
