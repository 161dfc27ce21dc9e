import { logisticRegression } from './logistic-regression.ts'
import { sigmoid } from './logit.ts'
import { checkBothClasses } from './scored.ts'

export interface CalibrationLine {
  readonly slope: number
  readonly intercept: number
}

/**
 * How far probabilities are from the truth as a whole (Cox 1958): `slope` of y on logit p (1 is right, below 1 is
 * overconfident), and `intercept` with the slope held at 1 (0 is right, above 0 is too cautious).
 *
 * @throws Problem when a class is missing
 */
export function calibrationLine(logits: ArrayLike<number>, labels: ArrayLike<number>): CalibrationLine {
  checkBothClasses('a calibration slope', logits, labels)
  // A trace of penalty keeps the slope finite where the classes are told apart without an error.
  const { weights } = logisticRegression(Float64Array.from(logits), labels, { l2: 1e-6 })
  return { slope: weights[0]!, intercept: calibrationIntercept(logits, labels) }
}

/**
 * What to add to every logit so that the mean probability is the share of positives; between −100 and 100.
 * @param weights how often each film counts; default: once
 */
export function calibrationIntercept(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  const excess = (shift: number): number => {
    let sum = 0
    for (let i = 0; i < logits.length; i++) sum += (weights?.[i] ?? 1) * (sigmoid(logits[i]! + shift) - labels[i]!)
    return sum
  }
  let low = -100
  let high = 100
  for (let step = 0; step < 70; step++) {
    const middle = (low + high) / 2
    if (excess(middle) > 0) high = middle
    else low = middle
  }
  return (low + high) / 2
}
