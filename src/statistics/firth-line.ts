import type { CalibrationLine } from './calibration-line.ts'
import { sigmoid } from './logit.ts'
import { checkBothClasses } from './scored.ts'

/**
 * The line whose sigmoid(slope·z + intercept) is most likely once Firth's penalty is added: half the logarithm of the determinant of
 * the information (Firth 1993, "Bias reduction of maximum likelihood estimates"; Heinze and Schemper 2002). It takes the bias of few
 * films away, which makes plain lines too steep, and stays finite where the classes are told apart without an error.
 *
 * @returns for how often each film counts, 0 for not at all (default: once), the line
 * @throws Problem when a class is missing
 */
export function firthLine(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
): (weights?: ArrayLike<number>) => CalibrationLine {
  checkBothClasses('a calibration line', logits, labels)
  const { mean, deviation } = momentsOf(logits)
  const z = Float64Array.from(logits, logit => (deviation === 0 ? 0 : (logit - mean) / deviation))
  const once = new Float64Array(z.length).fill(1)
  // The line does not depend on the scale, and resamples lie near the whole.
  const start = solve(z, labels, once, { slope: 0, intercept: 0 }, 1e-10)
  return weights => {
    const { slope, intercept } = weights === undefined ? start : solve(z, labels, weights, start, 1e-6)
    return deviation === 0
      ? { slope: 0, intercept }
      : { slope: slope / deviation, intercept: intercept - (slope * mean) / deviation }
  }
}

/** In logits, where the deviation of the scores is 1. */
const largestStep = 2
const mostSteps = 100

function solve(
  z: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  start: CalibrationLine,
  tolerance: number,
): CalibrationLine {
  const shares = new Float64Array(z.length)
  let line = start
  for (let count = 0; count < mostSteps; count++) {
    const step = scoringStep(line, z, labels, weights, shares)
    line = { slope: line.slope + step.slope, intercept: line.intercept + step.intercept }
    if (Math.max(Math.abs(step.slope), Math.abs(step.intercept)) < tolerance) break
  }
  return line
}

/** Fisher's scoring with Firth's score Σ w·(y − p + h·(½ − p))·(z, 1), where h is a film's leverage. */
function scoringStep(
  { slope, intercept }: CalibrationLine,
  z: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  shares: Float64Array,
): CalibrationLine {
  let [i00, i01, i11] = [0, 0, 0]
  for (let i = 0; i < z.length; i++) {
    const weight = weights[i]!
    if (weight === 0) continue
    const p = sigmoid(slope * z[i]! + intercept)
    const curve = weight * p * (1 - p)
    shares[i] = p
    i00 += curve * z[i]! * z[i]!
    i01 += curve * z[i]!
    i11 += curve
  }
  const determinant = i00 * i11 - i01 * i01
  // Scores that are all one have no slope; half a film is added to each side.
  if (!(determinant > 1e-12 * i11 * i11)) return levelStep(intercept, labels, weights)
  let [s0, s1] = [0, 0]
  for (let i = 0; i < z.length; i++) {
    const weight = weights[i]!
    if (weight === 0) continue
    const p = shares[i]!
    const leverage = (p * (1 - p) * (i11 * z[i]! * z[i]! - 2 * i01 * z[i]! + i00)) / determinant
    const residual = weight * (labels[i]! - p + leverage * (0.5 - p))
    s0 += residual * z[i]!
    s1 += residual
  }
  return bounded((i11 * s0 - i01 * s1) / determinant, (i00 * s1 - i01 * s0) / determinant)
}

function levelStep(intercept: number, labels: ArrayLike<number>, weights: ArrayLike<number>): CalibrationLine {
  let [positives, negatives] = [0.5, 0.5]
  for (let i = 0; i < labels.length; i++) {
    positives += weights[i]! * labels[i]!
    negatives += weights[i]! * (1 - labels[i]!)
  }
  return { slope: 0, intercept: Math.log(positives / negatives) - intercept }
}

function bounded(slope: number, intercept: number): CalibrationLine {
  const shrink = Math.min(1, largestStep / Math.max(Math.abs(slope), Math.abs(intercept)))
  return { slope: shrink * slope, intercept: shrink * intercept }
}

function momentsOf(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}
