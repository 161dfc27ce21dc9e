import { type CalibrationBand, type CalibrationMap, calibratedLogit } from '../models/index.ts'
import { priorShift, resampledWeights, zOf } from '../statistics/index.ts'
import { type MapFit, rangeOf } from './fit-map.ts'
import type { LabelScores } from './label-scores.ts'

/** Between two of so many places over the range of logits a bound is all but a straight line. */
const places = 39

interface BandInput {
  /** What the bounds lie about. */
  readonly map: CalibrationMap
  readonly fit: MapFit
  readonly level: number
  readonly seed: number
  readonly draws: number
  /** The prevalence that the map was moved to, if it was: each resample is moved from its own share. */
  readonly stated: number | undefined
}

/**
 * The calibrated logit ± z standard errors, which are the spread of the maps that resampled patients give. Percentiles of the same
 * maps held the truth less often where films are few.
 */
export function calibrationBand(scores: LabelScores, input: BandInput): CalibrationBand {
  const { map, level } = input
  const logits = gridOf(scores.logits)
  const errors = standardErrors(scores, logits, input)
  const reach = zOf(level)
  const bound = (side: 1 | -1): number[] =>
    logits.map((logit, i) => Number((calibratedLogit(logit, map) + side * reach * errors[i]!).toFixed(4)))
  return { level, logits, low: bound(-1), high: bound(1) }
}

/** Even places over the range of logits, which tell of no film, and half of the range beyond on either side. */
function gridOf(logits: ArrayLike<number>): readonly number[] {
  const { low, high } = rangeOf(logits)
  const beyond = Math.max((high - low) / 2, 1)
  const inside = Array.from({ length: places }, (_, i) => low + ((high - low) * i) / (places - 1))
  return [...new Set([low - beyond, ...inside, high + beyond].map(value => Number(value.toFixed(6))))]
}

/** The standard deviation of the resamples' calibrated logits at each place. */
function standardErrors(
  { labels, patients }: LabelScores,
  at: readonly number[],
  { fit, seed, draws, stated }: BandInput,
): Float64Array {
  const sums = new Float64Array(at.length)
  const squares = new Float64Array(at.length)
  const centre = fit()
  const centres = at.map(place => calibratedLogit(place, centre))
  for (const weights of resampledWeights(patients, { seed, draws })) {
    const map = fit(weights)
    const shift = stated === undefined ? 0 : priorShift(shareOf(weights, labels), stated)
    for (let i = 0; i < at.length; i++) {
      const off = calibratedLogit(at[i]!, map) + shift - centres[i]!
      sums[i]! += off
      squares[i]! += off ** 2
    }
  }
  return squares.map((sum, i) => Math.sqrt(Math.max(0, sum - sums[i]! ** 2 / draws) / (draws - 1)))
}

/** With half a film more on each side, so that it is never 0 or 1. */
function shareOf(weights: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [positives, films] = [0.5, 1]
  for (let i = 0; i < labels.length; i++) {
    positives += weights[i]! * labels[i]!
    films += weights[i]!
  }
  return positives / films
}
