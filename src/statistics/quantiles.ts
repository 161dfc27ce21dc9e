/** The quantile of ascending values, linear between neighbours (numpy's default, type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) throw new RangeError('Cannot take a quantile: there are no values')
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot take the quantile ${probability}: it must lie between 0 and 1`)
  }
  const place = probability * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low === high ? low : low + (place - below) * (high - low)
}

/** Quantiles of values in any order. */
export function quantiles(values: ArrayLike<number>, probabilities: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return probabilities.map(probability => quantile(sorted, probability))
}
