import { youdenThreshold } from '../statistics/index.ts'
import { requireBothClasses } from './both-classes.ts'

/**
 * The probability from which on a film is called positive, chosen on validation films: Youden's point, the largest
 * sensitivity + specificity − 1. It lies midway to the next lower probability seen, so that rounding cannot move a film across.
 *
 * @throws Problem when validation has one class only
 */
export function chooseThreshold(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  requireBothClasses('choose a threshold', 'the validation part', labels, { next: 'chestnut prepare --seed 2' })
  const chosen = youdenThreshold(probabilities, labels)
  let below = 0
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i]! < chosen) below = Math.max(below, probabilities[i]!)
  }
  return (chosen + below) / 2
}
