import { checkScored } from './scored.ts'

export interface Confusion {
  readonly tp: number
  readonly fp: number
  readonly tn: number
  readonly fn: number
}

/** Counts at a threshold: a film is called positive when its score is at or above it. */
export function confusion(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): Confusion {
  checkScored('a confusion matrix', scores, labels)
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 }
  for (let i = 0; i < scores.length; i++) {
    const called = scores[i]! >= threshold
    if (labels[i] === 1) counts[called ? 'tp' : 'fn']++
    else counts[called ? 'fp' : 'tn']++
  }
  return counts
}
