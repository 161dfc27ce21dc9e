import { rocCurve } from './roc-curve.ts'

/**
 * The threshold with the largest sensitivity + specificity − 1 (Youden 1950); of several the highest. It is one of the scores:
 * films at or above it are called positive. Choose it on validation films, never on those that are judged.
 */
export function youdenThreshold(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const [, first, ...rest] = rocCurve(scores, labels)
  let best = first!
  for (const point of rest) if (point.tpr - point.fpr > best.tpr - best.fpr) best = point
  return best.threshold
}
