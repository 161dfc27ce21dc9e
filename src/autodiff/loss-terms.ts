import type { Loss } from '../core/index.ts'
import { type Builder, int, type Operator, operators, reduceOver } from '../graph/index.ts'

export interface LossInputs {
  /** [N, K] */
  readonly logits: string
  readonly labels: string
  /** [K] */
  readonly weights: string | undefined
}

export interface LossTerms {
  /** What is averaged: [N, K] for losses of single labels, [N] for losses of whole films. */
  readonly value: string
  /** How much each counts in the mean, where they do not count alike. */
  readonly weight?: string
}

/**
 * With logits z, labels y (smoothed if asked for), class weights w, σ the sigmoid and ζ the softplus (−log σ(z) = ζ(−z)):
 *
 * - binary cross-entropy: w·y·ζ(−z) + (1−y)·ζ(z). The usual max(z,0) − z·y + log(1+e^−|z|) has a kink at 0: differentiated piece
 *   by piece its slope there is −y, not ½ − y.
 * - focal (Lin et al. 2017, equation 5): α·w·y·σ(−z)^γ·ζ(−z) + (1−α)·(1−y)·σ(z)^γ·ζ(z), with σ(z)^γ = e^(−γ·ζ(−z)), which is
 *   smooth for every γ. For a label between 0 and 1 it is the mean of both answers.
 * - softmax cross-entropy: −Σ w·y·log softmax(z), with a log softmax that subtracts the largest logit first. Float32 knows a
 *   value near 0 to 1e-7, as everywhere.
 */
export function lossTerms(builder: Builder, loss: Loss, { logits, labels, weights }: LossInputs): LossTerms {
  const operator = operators(builder)
  const weighed = (value: string): string => (weights === undefined ? value : operator('Mul', value, weights))
  const sumOfClasses = (value: string): string => reduceOver(builder, 'ReduceSum', value, [1], { keepdims: false })
  const sides = loss.kind === 'softmax-cross-entropy' ? Number(builder.valueOf(logits).shape[1]) : 2
  const soft = smoothed(operator, labels, loss.smoothing ?? 0, sides)
  if (loss.kind === 'softmax-cross-entropy') {
    const logs = builder.node('LogSoftmax', [logits], { axis: int(1) })
    const value = operator('Neg', sumOfClasses(operator('Mul', weighed(soft), logs)))
    return weights === undefined ? { value } : { value, weight: sumOfClasses(weighed(labels)) }
  }
  const missed = operator('Softplus', operator('Neg', logits))
  const alarmed = operator('Softplus', logits)
  const positives = weighed(soft)
  const negatives = operator('Sub', 1, soft)
  if (loss.kind === 'binary-cross-entropy') {
    return { value: operator('Add', operator('Mul', positives, missed), operator('Mul', negatives, alarmed)) }
  }
  const { gamma = 2, alpha = 0.25 } = loss
  // What is answered well already has a small factor: σ(−z)^γ for positives, σ(z)^γ for negatives.
  const factor = (softplus: string): string => operator('Exp', operator('Mul', softplus, -gamma))
  const side = (labelled: string, share: number, cost: string, other: string): string =>
    operator('Mul', operator('Mul', labelled, share), operator('Mul', factor(other), cost))
  return {
    value: operator('Add', side(positives, alpha, missed, alarmed), side(negatives, 1 - alpha, alarmed, missed)),
  }
}

/** y ← (1 − s)·y + s/sides */
function smoothed(operator: Operator, labels: string, smoothing: number, sides: number): string {
  if (smoothing === 0) return labels
  return operator('Add', operator('Mul', labels, 1 - smoothing), smoothing / sides)
}
