import { ascendingOrder, endOfTie } from './ranks.ts'
import { checkScored } from './scored.ts'

/** Films of neighbouring scores that share one value. */
export interface IsotonicBlock {
  /** Mean score of its films. */
  readonly centre: number
  /** Share of its films with the label 1. */
  readonly value: number
  /** Lowest and highest score. */
  readonly low: number
  readonly high: number
}

/**
 * The rising step function nearest to the labels in squares, by pooling neighbours that violate the order (Ayer et al. 1955), as
 * blocks of ascending scores and values. Equal scores are one point.
 *
 * @returns for how often each film counts, 0 for not at all (default: once), the blocks; films are ranked once
 */
export function isotonicPooling(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): (weights?: ArrayLike<number>) => readonly IsotonicBlock[] {
  checkScored('an isotonic regression', scores, labels)
  const order = ascendingOrder(scores)
  const pools = emptyPools(scores.length)
  return weights => {
    pools.count = 0
    for (let start = 0; start < order.length; ) {
      const end = endOfTie(scores, order, start)
      let [weight, positives] = [0, 0]
      for (let i = start; i < end; i++) {
        const counted = weights?.[order[i]!] ?? 1
        weight += counted
        positives += counted * labels[order[i]!]!
      }
      if (weight > 0) push(pools, scores[order[start]!]!, weight, positives)
      start = end
    }
    return Array.from({ length: pools.count }, (_, k) => ({
      centre: pools.scores[k]! / pools.weight[k]!,
      value: pools.positives[k]! / pools.weight[k]!,
      low: pools.low[k]!,
      high: pools.high[k]!,
    }))
  }
}

/** Films that are pooled so far, in arrays that are used again. */
interface Pools {
  count: number
  readonly weight: Float64Array
  readonly positives: Float64Array
  /** Weighted sums of scores. */
  readonly scores: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

function emptyPools(most: number): Pools {
  const array = (): Float64Array => new Float64Array(most)
  return { count: 0, weight: array(), positives: array(), scores: array(), low: array(), high: array() }
}

/** Adds a point behind the last, and pools it with those before it that are not below it. */
function push(pools: Pools, score: number, weight: number, positives: number): void {
  let k = pools.count
  let low = score
  let total = weight
  let found = positives
  let sum = weight * score
  while (k > 0 && pools.positives[k - 1]! * total >= found * pools.weight[k - 1]!) {
    k--
    total += pools.weight[k]!
    found += pools.positives[k]!
    sum += pools.scores[k]!
    low = pools.low[k]!
  }
  pools.weight[k] = total
  pools.positives[k] = found
  pools.scores[k] = sum
  pools.low[k] = low
  pools.high[k] = score
  pools.count = k + 1
}
