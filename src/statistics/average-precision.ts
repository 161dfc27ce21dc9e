import { prCurve } from './pr-curve.ts'

/**
 * The area under the precision-recall curve as a step function: Σ (R_k − R_{k−1})·P_k. A straight line between the points would
 * flatter. A useless score has the prevalence, so say that beside it.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let area = 0
  let before = 0
  for (const { recall, precision } of prCurve(scores, labels)) {
    area += (recall - before) * precision
    before = recall
  }
  return area
}
