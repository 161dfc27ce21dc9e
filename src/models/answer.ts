import { Problem } from '../core/index.ts'
import { sigmoid } from '../statistics/index.ts'
import { type CalibrationBand, calibrated, calibratedLogit, onLines } from './calibration.ts'
import type { ModelCard } from './card.ts'

/** What a model says of one class. */
export interface Answer {
  readonly label: string
  /** Calibrated. */
  readonly probability: number
  /** Where the probability would lie, had other patients been there to calibrate on; absent where the model cannot tell. */
  readonly interval?: ProbabilityInterval | undefined
  readonly threshold: number
  /** Whether the probability reaches the threshold. */
  readonly positive: boolean
  /** As the network gave it. */
  readonly logit: number
}

export interface ProbabilityInterval {
  readonly low: number
  readonly high: number
  /** The confidence level, 0.9 for instance. */
  readonly level: number
}

/**
 * A class's answer to a logit.
 * @param k the class
 * @param shift added to every calibrated logit where films come from a place with another share of positives: to the
 * probability, its interval and the threshold alike, so that no film's answer turns over
 * @throws Problem when the logit is no number
 */
export function answerTo(
  logit: number,
  { name, classes, calibration, thresholds }: ModelCard,
  k: number,
  shift = 0,
): Answer {
  if (!Number.isFinite(logit)) throw new Problem(`Cannot classify with the model "${name}": its answer is no number`)
  const { map, band } = calibration[k]!
  const probability = calibrated(logit, map)
  const threshold = thresholds[k]!
  const z = calibratedLogit(logit, map)
  return {
    label: classes[k]!,
    probability: shift === 0 ? probability : sigmoid(z + shift),
    ...(band && { interval: intervalAt(logit, z, band, shift) }),
    threshold: shift === 0 ? threshold : shifted(threshold, shift),
    positive: probability >= threshold,
    logit,
  }
}

/** The probability is always inside: it is the best that is known. */
function intervalAt(
  logit: number,
  z: number,
  { level, logits, low, high }: CalibrationBand,
  shift: number,
): ProbabilityInterval {
  return {
    low: sigmoid(Math.min(z, onLines(logit, logits, low)) + shift),
    high: sigmoid(Math.max(z, onLines(logit, logits, high)) + shift),
    level,
  }
}

/** A probability moved by a shift of its logit; 0 and 1 stay. */
function shifted(probability: number, shift: number): number {
  const odds = probability * Math.exp(shift)
  return odds / (odds + 1 - probability)
}
