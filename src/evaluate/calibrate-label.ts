import { type Calibration, calibrated, type ThresholdPolicy, uncalibrated } from '../models/index.ts'
import { priorShift } from '../statistics/index.ts'
import { calibrate, shiftedMap } from './calibrate.ts'
import { type ChosenPolicy, chooseThreshold } from './choose-threshold.ts'

/** Films that a model was not trained on, with what it said of one finding; all arrays have one length. */
export interface LabelScores {
  readonly logits: ArrayLike<number>
  /** 0 or 1: films whose label is unknown are left out. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
}

export interface CalibrateOptions {
  /** Default `auto`. */
  readonly map?: 'temperature' | 'isotonic' | 'auto' | undefined
  /** The share of films with the finding where the model will be used. Default: that of the scores. */
  readonly prevalence?: number | undefined
  /** The confidence level of a probability's interval. Default 0.9. */
  readonly interval?: number | undefined
  /** Decides the patients that are drawn for the interval. */
  readonly seed: number
  /** How the threshold is chosen. Default Youden's point. */
  readonly threshold?: ChosenPolicy | undefined
  /** The share of positives among the training films: what an uncalibrated probability is for. */
  readonly trainedShare?: number | undefined
}

/** Everything that turns a logit of one finding into an answer. */
export interface AnswerRule {
  readonly calibration: Calibration
  readonly threshold: number
  readonly policy: ThresholdPolicy
}

/** Fewer of a side say too little: two of five and four of five give intervals that overlap. */
export const fewestOfASide = 10

/**
 * Calibration, interval and threshold of one finding, from films that the model was not trained on: validation's, or those that
 * folds left out. With fewer than ten films of a side the logit stays as it is, the threshold is that of the odds with which it was
 * trained, and a note says so.
 */
export function calibrateLabel(scores: LabelScores, options: CalibrateOptions): AnswerRule {
  const { labels } = scores
  const positives = Array.from(labels).reduce((sum, label) => sum + label, 0)
  const fewest = Math.min(positives, labels.length - positives)
  if (fewest < fewestOfASide) return withoutFilms(positives, labels.length - positives, options)
  const calibration = calibrate(scores, options)
  const probabilities = Float64Array.from(scores.logits, logit => calibrated(logit, calibration.map))
  const policy = options.threshold ?? 'youden'
  return { calibration, threshold: chooseThreshold(probabilities, labels, policy, calibration.prevalence), policy }
}

function withoutFilms(
  positives: number,
  negatives: number,
  { prevalence, trainedShare }: CalibrateOptions,
): AnswerRule {
  const shift = prevalence === undefined || trainedShare === undefined ? 0 : priorShift(trainedShare, prevalence)
  const map = shiftedMap(uncalibrated.map, shift)
  const known = shift === 0 ? trainedShare : prevalence
  return {
    calibration: {
      map,
      ...(known !== undefined && known > 0 && known < 1 && { prevalence: known }),
      note: `Not calibrated, and without an interval: ${positives} positive and ${negatives} negative films are too few, at least ${fewestOfASide} of each were wanted.`,
    },
    threshold: calibrated(0, map),
    policy: 'given',
  }
}
