/**
 * Shares out groups greedily as scikit-learn's StratifiedGroupKFold does: groups whose class counts vary most come first, each
 * goes to the part where the standard deviation of the filled class shares over parts, averaged over classes, becomes
 * smallest; of parts that tie, to the one with the fewest films.
 *
 * @param counts films of each class in each group
 * @param order the groups in the order that decides ties
 * @param shares the wished size of each part; counts are compared in units of it
 * @returns the part of each group
 */
export function assignGroups(
  counts: readonly Int32Array[],
  order: readonly number[],
  shares: readonly number[],
): Int32Array {
  const spread = counts.map(count => deviation(count))
  const sorted = [...order].sort((a, b) => spread[b]! - spread[a]!)
  const scales = shares.map(share => share * shares.length)
  const totals = totalsOf(counts)
  const filled = shares.map(() => new Float64Array(totals.length))
  const parts = new Int32Array(counts.length)
  for (const group of sorted) {
    const best = bestPart(counts[group]!, filled, totals, scales)
    parts[group] = best
    add(filled[best]!, counts[group]!, 1)
  }
  return parts
}

function bestPart(
  count: Int32Array,
  filled: readonly Float64Array[],
  totals: Float64Array,
  scales: readonly number[],
): number {
  let best = 0
  let lowest = Number.POSITIVE_INFINITY
  let fewest = Number.POSITIVE_INFINITY
  for (let part = 0; part < filled.length; part++) {
    add(filled[part]!, count, 1)
    const cost = imbalance(filled, totals, scales)
    const films = sum(filled[part]!) / scales[part]!
    add(filled[part]!, count, -1)
    if (cost < lowest || (isClose(cost, lowest) && films < fewest)) {
      best = part
      lowest = cost
      fewest = films
    }
  }
  return best
}

/** The mean over classes of the standard deviation over parts of the share of the class that a part holds. */
function imbalance(filled: readonly Float64Array[], totals: Float64Array, scales: readonly number[]): number {
  let cost = 0
  for (let c = 0; c < totals.length; c++) {
    if (totals[c]! > 0) cost += deviation(filled.map((counts, part) => counts[c]! / totals[c]! / scales[part]!))
  }
  return cost / totals.length
}

function totalsOf(counts: readonly Int32Array[]): Float64Array {
  const totals = new Float64Array(counts[0]?.length ?? 0)
  for (const count of counts) add(totals, count, 1)
  return totals
}

function add(to: Float64Array, counts: Int32Array, sign: 1 | -1): void {
  for (let c = 0; c < to.length; c++) to[c]! += sign * counts[c]!
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

/** Population standard deviation. */
function deviation(values: ArrayLike<number>): number {
  const mean = sum(values) / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return Math.sqrt(squares / values.length)
}

/** numpy.isclose, so that the same ties are seen. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b)
}
