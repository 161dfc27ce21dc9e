import { type Calibration, type CalibrationMap, shiftedMap } from '../models/index.ts'
import { priorShift } from '../statistics/index.ts'
import { requireBothClasses } from './both-classes.ts'
import { calibrationBand } from './calibration-band.ts'
import { isotonicFit, type MapFit, temperatureFit } from './fit-map.ts'
import { filmsOfSides, type LabelScores, type Sides } from './label-scores.ts'

export interface CalibrateOptions {
  /** Default `auto`. */
  readonly map?: 'temperature' | 'isotonic' | 'auto' | undefined
  /** The share of films with the finding where the model will be used. Default: that of these films. */
  readonly prevalence?: number | undefined
  /** The confidence level of a probability's interval. Default 0.9. */
  readonly interval?: number | undefined
  /** Decides the patients that are drawn for the interval. */
  readonly seed: number
  /** How many resamples of patients; default 300. */
  readonly draws?: number | undefined
}

/**
 * The map that fits films, moved to the prevalence that is stated, with bounds that know of patients.
 * @throws Problem when a class is missing
 */
export function calibrate(scores: LabelScores, options: CalibrateOptions): Calibration {
  const { logits, labels, patients } = scores
  requireBothClasses('calibrate the model', 'the validation part', labels, { next: 'chestnut prepare --seed 2' })
  const sides = filmsOfSides(labels)
  const share = sides.positives / labels.length
  const { prevalence = share, interval = 0.9, seed, draws = 300 } = options
  const fit: MapFit = isotonicWanted(options, sides) ? isotonicFit(logits, labels) : temperatureFit(logits, labels)
  const map = rounded(shiftedMap(fit(), priorShift(share, prevalence)))
  return {
    map,
    prevalence,
    band: calibrationBand(scores, { map, fit, level: interval, seed, draws, stated: options.prevalence }),
    films: { ...sides, patients: new Set(patients).size },
  }
}

/**
 * `auto` takes the curve from 1,000 films on, below which it follows chance more than a line does (Niculescu-Mizil and Caruana 2005),
 * 200 of each side among them, fewer of which show no more than a line (Van Calster et al. 2016).
 */
function isotonicWanted({ map = 'auto' }: CalibrateOptions, { positives, negatives }: Sides): boolean {
  return map === 'auto' ? positives + negatives >= 1000 && Math.min(positives, negatives) >= 200 : map === 'isotonic'
}

/** Of a digit beyond the sixth nobody knows anything. */
function rounded(map: CalibrationMap): CalibrationMap {
  const round = (value: number): number => Number(value.toFixed(6))
  return map.kind === 'temperature'
    ? { ...map, temperature: round(map.temperature), shift: round(map.shift) }
    : { ...map, logits: map.logits.map(round), values: map.values.map(round) }
}
