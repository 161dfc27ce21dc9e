/** The indices that put the values into ascending order; equal values keep theirs. */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(values.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  return order.sort((a, b) => compare(values[a]!, values[b]!) || a - b)
}

/** Midranks from 1: equal values share the mean of their places. */
export function midranks(values: ArrayLike<number>): Float64Array {
  const order = ascendingOrder(values)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    const end = endOfTie(values, order, start)
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** Ranks from 0 without gaps: equal values share one, and `count` is the number of distinct values. */
export function denseRanks(values: ArrayLike<number>): { readonly ranks: Uint32Array; readonly count: number } {
  const order = ascendingOrder(values)
  const ranks = new Uint32Array(values.length)
  let count = 0
  for (let start = 0; start < order.length; count++) {
    const end = endOfTie(values, order, start)
    for (let i = start; i < end; i++) ranks[order[i]!] = count
    start = end
  }
  return { ranks, count }
}

/** The place after the last of the ordered values that equal the one at `start`. */
export function endOfTie(values: ArrayLike<number>, order: Uint32Array, start: number): number {
  const value = values[order[start]!]
  let end = start + 1
  while (end < order.length && values[order[end]!] === value) end++
  return end
}

// A difference would be NaN for two infinities of one sign.
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
