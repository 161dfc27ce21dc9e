import {
  brier,
  calibrationBins,
  calibrationErrorByChance,
  calibrationLine,
  expectedCalibrationError,
  logit,
  logLoss,
  sigmoid,
} from '../statistics/index.ts'
import type { CalibrationSummary } from './evaluation.ts'
import type { Judged } from './judged.ts'
import { filmsOfSides } from './label-scores.ts'

/** A probability of exactly 0 or 1 would make one wrong film cost everything. */
const leastProbability = 1e-7

/** How far the probabilities can be believed, once a stated prevalence is taken back: see `EvaluateInput`. */
export function calibrationSummary(
  { probabilities: answered, labels }: Judged,
  { seed, siteShift }: { readonly seed: number; readonly siteShift: number },
): CalibrationSummary {
  const { logits, probabilities } = withoutSite(answered, siteShift)
  const prevalence = filmsOfSides(labels).positives / labels.length
  return {
    brier: brier(probabilities, labels),
    brierOfPrevalence: prevalence * (1 - prevalence),
    logLoss: logLoss(logits, labels),
    expectedError: expectedCalibrationError(probabilities, labels),
    expectedErrorByChance: calibrationErrorByChance(probabilities, { seed }),
    ...calibrationLine(logits, labels),
    ...(siteShift !== 0 && { siteShift }),
    bins: calibrationBins(probabilities, labels),
  }
}

/** Probabilities for the place that the films come from, once what a stated prevalence added is taken back. */
export function withoutSite(
  answered: ArrayLike<number>,
  siteShift: number,
): { readonly logits: Float64Array; readonly probabilities: ArrayLike<number> } {
  const logits = Float64Array.from(
    answered,
    p => logit(Math.min(1 - leastProbability, Math.max(leastProbability, p))) - siteShift,
  )
  return { logits, probabilities: siteShift === 0 ? answered : logits.map(sigmoid) }
}
