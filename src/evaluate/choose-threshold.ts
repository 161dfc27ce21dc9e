import type { ThresholdPolicy } from '../models/index.ts'
import { rocCurve, youdenThreshold } from '../statistics/index.ts'
import { requireBothClasses } from './both-classes.ts'
import { filmsOfSides } from './label-scores.ts'

/** The rules by which validation films choose a threshold. */
export type ChosenPolicy = Exclude<ThresholdPolicy, 'given'>

/**
 * The probability from which on a film is called positive, chosen on validation films by a policy. It lies midway to the next lower
 * probability seen, so that rounding cannot move a film across.
 *
 * @param prevalence where the model will be used, which what mistakes cost depends on; default: that of these films
 * @throws Problem when validation has one class only
 */
export function chooseThreshold(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  policy: ChosenPolicy = 'youden',
  prevalence: number = filmsOfSides(labels).positives / labels.length,
): number {
  requireBothClasses('choose a threshold', 'the validation part', labels, { next: 'chestnut prepare --seed 2' })
  const chosen = Math.min(1, thresholdBy(policy, probabilities, labels, prevalence))
  let below = 0
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i]! < chosen) below = Math.max(below, probabilities[i]!)
  }
  return (chosen + below) / 2
}

/** Of several thresholds that are as good the highest: fewest films are called positive. */
function thresholdBy(
  policy: ChosenPolicy,
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  prevalence: number,
): number {
  if (policy === 'youden') return youdenThreshold(probabilities, labels)
  const worth = worthBy(policy, prevalence)
  const [first, ...rest] = rocCurve(probabilities, labels)
  let best = first!
  for (const point of rest) if (worth(point) > worth(best)) best = point
  return best.threshold
}

interface Point {
  readonly tpr: number
  readonly fpr: number
}

/** What the largest is wanted of; −Infinity where a policy's demand is not met. */
function worthBy(policy: Exclude<ChosenPolicy, 'youden'>, prevalence: number): (point: Point) => number {
  if ('sensitivity' in policy) return ({ tpr, fpr }) => (tpr >= policy.sensitivity ? -fpr : Number.NEGATIVE_INFINITY)
  if ('specificity' in policy) return ({ tpr, fpr }) => (1 - fpr >= policy.specificity ? tpr : Number.NEGATIVE_INFINITY)
  return ({ tpr, fpr }) => policy.missCosts * prevalence * tpr - (1 - prevalence) * fpr
}
