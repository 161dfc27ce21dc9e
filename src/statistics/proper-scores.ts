import { softplus } from './logit.ts'
import { checkScored } from './scored.ts'

/** Brier's score: mean (p − y)². 0 is perfect; the prevalence π alone has π(1 − π). */
export function brier(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScored('a Brier score', probabilities, labels)
  let sum = 0
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2
  return sum / labels.length
}

/** Mean negative log-likelihood from logits, in nats. */
export function logLoss(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScored('a log loss', logits, labels)
  let sum = 0
  for (let i = 0; i < labels.length; i++) sum += softplus(labels[i] === 1 ? -logits[i]! : logits[i]!)
  return sum / labels.length
}
