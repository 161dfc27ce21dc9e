export interface Histogram {
  /** Ascending, one more than there are counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** Values outside the range, which are in no bin. */
  readonly outside: number
}

/**
 * Counts in bins of equal width. A bin holds its lower edge; the last one holds its upper edge too, as in numpy.
 *
 * @param options.range default: from the least value to the greatest
 */
export function histogram(
  values: ArrayLike<number>,
  options: { readonly bins: number; readonly range?: readonly [low: number, high: number] },
): Histogram {
  const { bins, range = extent(values) } = options
  const [low, high] = range
  if (!(Number.isInteger(bins) && bins > 0 && high >= low)) {
    throw new RangeError(`Cannot count in ${bins} bins from ${low} to ${high}: a whole number and a range are needed`)
  }
  const width = (high - low) / bins
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width))
  const counts = new Array<number>(bins).fill(0)
  let outside = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= low && value <= high)) outside++
    else counts[binOf(value, edges, width)]!++
  }
  return { edges, counts, outside }
}

function binOf(value: number, edges: readonly number[], width: number): number {
  if (width === 0) return 0
  const last = edges.length - 2
  let bin = Math.min(last, Math.floor((value - edges[0]!) / width))
  // Division may land beside an edge by a rounding error; the edges decide.
  while (bin > 0 && value < edges[bin]!) bin--
  while (bin < last && value >= edges[bin + 1]!) bin++
  return bin
}

function extent(values: ArrayLike<number>): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  let low = values[0]!
  let high = low
  for (let i = 1; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return [low, high]
}
