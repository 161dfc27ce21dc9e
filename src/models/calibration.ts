import { sigmoid } from '../statistics/index.ts'

/** Turns a network's logit into the logit of a probability; it never changes the order of two films. */
export type CalibrationMap =
  | {
      /** logit / temperature + shift. */
      readonly kind: 'temperature'
      /** More than 0; 1 changes nothing (Guo et al. 2017). */
      readonly temperature: number
      /** In logits: corrects for a training prevalence that is not the real one. */
      readonly shift: number
    }
  | {
      /** Straight lines between knots, constant beyond the first and the last. */
      readonly kind: 'isotonic'
      /** Logits of the network, ascending. */
      readonly logits: readonly number[]
      /** What each becomes, in logits; never descending. */
      readonly values: readonly number[]
    }

/**
 * Between which bounds the calibrated logit of a film lies, had other patients been there to calibrate on. Straight lines between
 * the logits, and on along the last ones beyond them.
 */
export interface CalibrationBand {
  /** The confidence level, 0.9 for instance. */
  readonly level: number
  /** Logits of the network, ascending, at least two. */
  readonly logits: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** How a logit of one class becomes a probability, and how sure that is. */
export interface Calibration {
  readonly map: CalibrationMap
  /** The share of films with the finding for which the probability is right. Absent: nobody knows it. */
  readonly prevalence?: number | undefined
  /** Absent: there is no interval. */
  readonly band?: CalibrationBand | undefined
  /** The films that it was fitted on. Absent: it was not fitted. */
  readonly films?: CalibrationFilmCounts | undefined
  /** What a person must know, such as why there is no interval. */
  readonly note?: string | undefined
}

export interface CalibrationFilmCounts {
  readonly positives: number
  readonly negatives: number
  readonly patients: number
}

/** The logit as it comes. */
export const uncalibrated: Calibration = { map: { kind: 'temperature', temperature: 1, shift: 0 } }

/** The logit of the probability. */
export function calibratedLogit(logit: number, map: CalibrationMap): number {
  if (map.kind === 'temperature') return logit / map.temperature + map.shift
  const inside = Math.min(Math.max(logit, map.logits[0]!), map.logits.at(-1)!)
  return onLines(inside, map.logits, map.values)
}

/** The same bits wherever it is asked: thresholds are compared with it. */
export function calibrated(logit: number, map: CalibrationMap): number {
  return sigmoid(calibratedLogit(logit, map))
}

/** The value at x of straight lines between points, the outermost lines going on. */
export function onLines(x: number, at: readonly number[], values: readonly number[]): number {
  let right = 1
  while (right < at.length - 1 && at[right]! < x) right++
  const [x0, x1, y0, y1] = [at[right - 1]!, at[right] ?? at[0]!, values[right - 1]!, values[right] ?? values[0]!]
  return x1 === x0 || y1 === y0 ? y0 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
}
