import { random } from '../core/index.ts'
import { quantile } from './quantiles.ts'
import { ascendingOrder } from './ranks.ts'
import { checkScored } from './scored.ts'

/** Films of similar probability, and how many of them are positive. */
export interface CalibrationBin {
  readonly count: number
  /** Mean probability. */
  readonly predicted: number
  /** Share of positives. */
  readonly observed: number
}

/** Bins of equal mass, in ascending order: of about as many films each, equal probabilities never parted. */
export function calibrationBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): readonly CalibrationBin[] {
  checkScored('calibration bins', probabilities, labels)
  const order = ascendingOrder(probabilities)
  return cuts(probabilities, order, bins).map(([start, end]) => {
    let predicted = 0
    let positives = 0
    for (let i = start; i < end; i++) {
      predicted += probabilities[order[i]!]!
      positives += labels[order[i]!]!
    }
    const count = end - start
    return { count, predicted: predicted / count, observed: positives / count }
  })
}

/** The expected calibration error: Σ over bins of share · |observed − predicted|, with bins of equal mass. */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): number {
  return calibrationBins(probabilities, labels, bins).reduce(
    (sum, bin) => sum + (bin.count / labels.length) * Math.abs(bin.observed - bin.predicted),
    0,
  )
}

/**
 * The error that perfectly calibrated probabilities would show with so few films: labels are drawn from the probabilities
 * themselves. An error below `high` (95th percentile) is no evidence against the model.
 */
export function calibrationErrorByChance(
  probabilities: ArrayLike<number>,
  options: { readonly seed: number; readonly draws?: number; readonly bins?: number },
): { readonly mean: number; readonly high: number } {
  const { seed, draws = 200, bins = 10 } = options
  const numbers = random(seed, 'calibration error')
  const errors = Float64Array.from({ length: draws }, () => {
    const labels = Uint8Array.from(probabilities, probability => (numbers.uniform() < probability ? 1 : 0))
    return expectedCalibrationError(probabilities, labels, bins)
  }).sort()
  return { mean: errors.reduce((sum, error) => sum + error, 0) / draws, high: quantile(errors, 0.95) }
}

/** Ranges of the order; a cut that would part equal values moves up behind them. */
function cuts(values: ArrayLike<number>, order: Uint32Array, bins: number): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  let start = 0
  for (let bin = 1; bin <= bins; bin++) {
    let end = Math.max(start, Math.round((order.length * bin) / bins))
    while (end > start && end < order.length && values[order[end]!] === values[order[end - 1]!]) end++
    if (end > start) ranges.push([start, end])
    start = end
  }
  return ranges
}
