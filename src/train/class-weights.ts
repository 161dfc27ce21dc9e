import { Problem } from '../core/index.ts'

/** How much a positive weighs in the loss, against 1 for a negative. One number a class. */
export type ClassWeights = 'balanced' | readonly number[]

export interface Labelled {
  readonly count: number
  /** n × K: 1 or 0. */
  readonly labels: Float32Array
  /** n × K: 1 where there is a label, 0 where there is none. */
  readonly mask: Float32Array
}

/**
 * The weight of positives for each class. Balanced: negatives / positives, so that both sides of a class weigh the same.
 *
 * @param classes K
 */
export function positiveWeights(
  weights: ClassWeights | undefined,
  examples: Labelled,
  classes: number,
): readonly number[] | undefined {
  if (weights === undefined) return undefined
  if (weights === 'balanced') return Array.from({ length: classes }, (_, k) => balancedWeight(examples, classes, k))
  if (weights.length !== classes) {
    throw new Problem(`Cannot weigh ${classes} classes: ${weights.length} class weights are given`)
  }
  return weights
}

function balancedWeight({ count, labels, mask }: Labelled, classes: number, k: number): number {
  let positives = 0
  let labelled = 0
  for (let i = 0; i < count; i++) {
    positives += labels[i * classes + k]! * mask[i * classes + k]!
    labelled += mask[i * classes + k]!
  }
  return positives === 0 || positives === labelled ? 1 : (labelled - positives) / positives
}
