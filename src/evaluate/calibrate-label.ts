import { type Calibration, calibrated, shiftedMap, type ThresholdPolicy, uncalibrated } from '../models/index.ts'
import { priorShift } from '../statistics/index.ts'
import { type CalibrateOptions, calibrate } from './calibrate.ts'
import { type ChosenPolicy, chooseThreshold } from './choose-threshold.ts'
import { type LabelScores, patientsOfSides, type Sides } from './label-scores.ts'

export interface CalibrateLabelOptions extends CalibrateOptions {
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

/** Fewer patients of a side say too little to draw them again. */
const fewestPatients = 5

/**
 * Calibration, interval and threshold of one finding, from films that the model was not trained on: validation's, or those that
 * folds left out. With fewer than five patients of a side the logit stays as it is, moved to a stated prevalence if there is one,
 * films are positive from even odds in training on, and a note says so.
 */
export function calibrateLabel(scores: LabelScores, options: CalibrateLabelOptions): AnswerRule {
  const { positives, negatives } = patientsOfSides(scores.labels, scores.patients)
  if (Math.min(positives, negatives) < fewestPatients) return withoutFilms({ positives, negatives }, options)
  const calibration = calibrate(scores, options)
  const probabilities = Float64Array.from(scores.logits, logit => calibrated(logit, calibration.map))
  const policy = options.threshold ?? 'youden'
  return {
    calibration,
    threshold: chooseThreshold(probabilities, scores.labels, policy, calibration.prevalence),
    policy,
  }
}

function withoutFilms({ positives, negatives }: Sides, options: CalibrateLabelOptions): AnswerRule {
  const trained = isShare(options.trainedShare) ? options.trainedShare : undefined
  const stated = trained === undefined ? undefined : options.prevalence
  const shift = trained === undefined || stated === undefined ? 0 : priorShift(trained, stated)
  const map = shiftedMap(uncalibrated.map, shift)
  const prevalence = stated ?? trained
  return {
    calibration: {
      map,
      ...(prevalence !== undefined && { prevalence }),
      note: `Not calibrated and without an interval: too few patients, ${positives} with the finding and ${negatives} without it; at least ${fewestPatients} of each were wanted`,
    },
    threshold: calibrated(0, map),
    policy: 'given',
  }
}

function isShare(value: number | undefined): value is number {
  return value !== undefined && value > 0 && value < 1
}
