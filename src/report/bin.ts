import { Misuse } from '../core/index.ts'

/** Evenly spaced edges from `low` to `high`, `bins + 1` of them. */
export function edgesBetween(low: number, high: number, bins: number): number[] {
  if (!(high > low) || bins < 1) {
    throw new Misuse(`Cannot divide ${low} to ${high} into ${bins} bins: wanted a rising range and one bin or more`)
  }
  return Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins)
}

/** How many values lie in each of the evenly spaced bins; the last one takes its upper edge too, others are left out. */
export function countInto(edges: readonly number[], values: Iterable<number>): number[] {
  const bins = edges.length - 1
  const low = edges[0]!
  const high = edges[bins]!
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    if (!(value >= low && value <= high)) continue
    const bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
    counts[bin] = counts[bin]! + 1
  }
  return counts
}
