import { sigmoid } from '../statistics/index.ts'

/** Turns a network's logit into the logit of a probability; it never turns the order of two films around. */
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
      /** Straight lines between knots, and on along the last ones beyond them. */
      readonly kind: 'isotonic'
      /** Logits of the network, ascending, at least two. */
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
  return onLines(logit, map.logits, map.values)
}

/** The same bits wherever it is asked: thresholds are compared with it. */
export function calibrated(logit: number, map: CalibrationMap): number {
  return sigmoid(calibratedLogit(logit, map))
}

/** The bounds of a probability. */
export interface ProbabilityInterval {
  readonly low: number
  readonly high: number
  /** The confidence level, 0.9 for instance. */
  readonly level: number
}

/**
 * The interval of a logit's probability, which is always inside: it is the best that is known. Undefined without a band.
 * @param shift added to every calibrated logit
 */
export function intervalOf(logit: number, { map, band }: Calibration, shift = 0): ProbabilityInterval | undefined {
  if (band === undefined) return undefined
  const z = calibratedLogit(logit, map)
  return {
    low: sigmoid(Math.min(z, onLines(logit, band.logits, band.low)) + shift),
    high: sigmoid(Math.max(z, onLines(logit, band.logits, band.high)) + shift),
    level: band.level,
  }
}

/** A map with something added to every calibrated logit. */
export function shiftedMap(map: CalibrationMap, shift: number): CalibrationMap {
  return map.kind === 'temperature'
    ? { ...map, shift: map.shift + shift }
    : { ...map, values: map.values.map(value => value + shift) }
}

/** The value at x of straight lines between two or more points, the outermost lines going on. */
function onLines(x: number, at: readonly number[], values: readonly number[]): number {
  let right = 1
  while (right < at.length - 1 && at[right]! < x) right++
  const share = (x - at[right - 1]!) / (at[right]! - at[right - 1]!)
  return values[right - 1]! + share * (values[right]! - values[right - 1]!)
}
