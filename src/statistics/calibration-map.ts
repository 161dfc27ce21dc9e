import { logisticRegression } from './logistic-regression.ts'
import { sigmoid } from './logit.ts'
import { checkBothClasses, countPositives } from './scored.ts'

/** Temperatures outside are not believed: they come from a handful of films that happen to be told apart, or not at all. */
const coldest = 0.05
const hottest = 20

/**
 * The temperature T that makes sigmoid(z/T) most likely (Guo et al. 2017, "On calibration of modern neural networks"), between
 * 0.05 and 20. The likelihood is concave in 1/T, so halving the bracket where its slope changes sign finds it.
 *
 * @throws Problem when a class is missing
 */
export function temperatureScaling(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkBothClasses('a temperature', logits, labels)
  let low = 1 / hottest
  let high = 1 / coldest
  if (slopeOfLoss(logits, labels, low) >= 0) return hottest
  if (slopeOfLoss(logits, labels, high) <= 0) return coldest
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (slopeOfLoss(logits, labels, middle) > 0) high = middle
    else low = middle
  }
  return 2 / (low + high)
}

/** d/da of Σ −log likelihood of sigmoid(a·z). */
function slopeOfLoss(logits: ArrayLike<number>, labels: ArrayLike<number>, a: number): number {
  let slope = 0
  for (let i = 0; i < logits.length; i++) slope += (sigmoid(a * logits[i]!) - labels[i]!) * logits[i]!
  return slope
}

export interface CalibrationLine {
  readonly slope: number
  readonly intercept: number
}

/**
 * Platt's map sigmoid(slope·z + intercept), with his targets (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0 (Platt 1999;
 * Lin, Lin and Weng 2007).
 *
 * @throws Problem when a class is missing
 */
export function plattScaling(logits: ArrayLike<number>, labels: ArrayLike<number>): CalibrationLine {
  checkBothClasses("Platt's map", logits, labels)
  const positives = countPositives(labels)
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (labels.length - positives + 2)
  return line(
    logits,
    Float64Array.from(labels, label => (label === 1 ? high : low)),
  )
}

/**
 * How far probabilities are from the truth as a whole (Cox 1958): `slope` of y on logit p (1 is right, below 1 is
 * overconfident), and `intercept` with the slope held at 1 (0 is right, above 0 is too cautious).
 *
 * @throws Problem when a class is missing
 */
export function calibrationLine(logits: ArrayLike<number>, labels: ArrayLike<number>): CalibrationLine {
  checkBothClasses('a calibration slope', logits, labels)
  return { slope: line(logits, labels).slope, intercept: calibrationIntercept(logits, labels) }
}

function line(logits: ArrayLike<number>, targets: ArrayLike<number>): CalibrationLine {
  // A trace of penalty keeps the slope finite where the classes are told apart without an error.
  const { weights, intercept } = logisticRegression(Float64Array.from(logits), targets, { l2: 1e-6 })
  return { slope: weights[0]!, intercept }
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
