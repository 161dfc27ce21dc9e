import { type Loss, Problem } from '../core/index.ts'
import { isWhole } from './whole-films.ts'

/**
 * One number a class: how much a positive weighs in the loss, against 1 for a negative; in a softmax cross-entropy, how much a
 * film of the class weighs.
 */
export type ClassWeights = 'balanced' | readonly number[]

export interface Labelled {
  readonly count: number
  /** n × K: 1 or 0. */
  readonly labels: Float32Array
  /** n × K: 1 where there is a label, 0 where there is none. */
  readonly mask: Float32Array
}

/**
 * The weights of the classes. Balanced: negatives / positives of each class, so that both sides of it weigh the same; for a
 * softmax cross-entropy films / (K · films of the class), so that all classes weigh the same.
 *
 * @param classes K
 */
export function classWeightsOf(
  weights: ClassWeights | undefined,
  loss: Loss,
  examples: Labelled,
  classes: number,
): readonly number[] | undefined {
  if (weights === undefined) return undefined
  if (weights === 'balanced') {
    const each = loss.kind === 'softmax-cross-entropy' ? balancedShare : balancedWeight
    return Array.from({ length: classes }, (_, k) => each(examples, classes, k))
  }
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

function balancedShare({ count, labels, mask }: Labelled, classes: number, k: number): number {
  let films = 0
  let ofClass = 0
  for (let i = 0; i < count; i++) {
    if (!isWhole(mask, i, classes)) continue
    films++
    ofClass += labels[i * classes + k]!
  }
  return ofClass === 0 ? 1 : films / (classes * ofClass)
}
