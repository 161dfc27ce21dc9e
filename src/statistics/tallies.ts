import { ascendingOrder, endOfTie } from './ranks.ts'

/** How many positives and negatives score at or above a threshold. */
export interface Tally {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
}

/** One tally for each distinct score, from the highest down: the one walk that curves, areas and thresholds share. */
export function tallies(scores: ArrayLike<number>, labels: ArrayLike<number>): readonly Tally[] {
  const order = ascendingOrder(scores).reverse()
  const found: Tally[] = []
  let truePositives = 0
  for (let start = 0; start < order.length; ) {
    const end = endOfTie(scores, order, start)
    for (let i = start; i < end; i++) truePositives += labels[order[i]!]!
    found.push({ threshold: scores[order[start]!]!, truePositives, falsePositives: end - truePositives })
    start = end
  }
  return found
}
