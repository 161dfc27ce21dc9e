import { Problem } from '../core/index.ts'
import { sigmoid } from '../statistics/index.ts'
import { calibrated, calibratedLogit, intervalOf, type ProbabilityInterval } from './calibration.ts'
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
  /** What a person must know of the numbers, such as why there is no interval. */
  readonly note?: string | undefined
  /** As the network gave it. */
  readonly logit: number
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
  const { map, note } = calibration[k]!
  const interval = intervalOf(logit, calibration[k]!, shift)
  const probability = calibrated(logit, map)
  const threshold = thresholds[k]!
  return {
    label: classes[k]!,
    probability: shift === 0 ? probability : sigmoid(calibratedLogit(logit, map) + shift),
    ...(interval && { interval }),
    threshold: shift === 0 ? threshold : shifted(threshold, shift),
    positive: probability >= threshold,
    ...(note !== undefined && { note }),
    logit,
  }
}

/** A probability moved by a shift of its logit; 0 and 1 stay. */
function shifted(probability: number, shift: number): number {
  const odds = probability * Math.exp(shift)
  return odds / (odds + 1 - probability)
}
