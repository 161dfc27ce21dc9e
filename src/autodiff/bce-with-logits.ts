import { float32, Problem, scalar } from '../core/index.ts'
import { build, type Graph, int } from '../graph/index.ts'

export interface BceWithLogitsOptions {
  /** The value [N, K] whose sigmoid is the probability of each of K labels. */
  readonly logits: string
  /** For each label, how many times a positive counts. Default 1. */
  readonly positiveWeights?: readonly number[]
}

/**
 * The graph with binary cross-entropy as its output `loss`, and the inputs `labels` and `mask`, float32 [N, K]; 0 in the
 * mask leaves a label out. With w the positive weights, σ the sigmoid and ζ the softplus (−log σ(z) = ζ(−z)):
 *
 * loss = Σ mask · (w·y·ζ(−z) + (1−y)·ζ(z)) / Σ mask, and 0 if the mask is 0 everywhere.
 *
 * It neither overflows nor loses the tails, and is smooth at z = 0, where an untrained head starts. (The usual
 * max(z,0) − z·y + log(1+e^−|z|) is not: differentiated piece by piece it has the slope −y there, not ½ − y.)
 */
export function bceWithLogits(graph: Graph, { logits, positiveWeights }: BceWithLogitsOptions): Graph {
  const builder = build(graph.name, graph)
  const { dtype, shape } = builder.valueOf(logits)
  const classes = shape[1]
  if (shape.length !== 2 || dtype !== 'float32') {
    throw new Problem(
      `Cannot add a loss to "${logits}": it is ${dtype} [${shape.join(', ')}], float32 [N, K] was wanted`,
    )
  }
  if (positiveWeights !== undefined && positiveWeights.length !== classes) {
    throw new Problem(
      `Cannot add a loss to "${logits}": there are ${positiveWeights.length} positive weights for ${classes} labels`,
    )
  }
  const labels = builder.input({ name: 'labels', dtype, shape })
  const mask = builder.input({ name: 'mask', dtype, shape })
  const positives =
    positiveWeights === undefined
      ? labels
      : builder.node('Mul', [labels, builder.constant(float32([positiveWeights.length], positiveWeights))])
  const missed = builder.node('Mul', [positives, builder.node('Softplus', [builder.node('Neg', [logits])])])
  const negatives = builder.node('Sub', [builder.constant(scalar(1)), labels])
  const alarmed = builder.node('Mul', [negatives, builder.node('Softplus', [logits])])
  const masked = builder.node('Mul', [mask, builder.node('Add', [missed, alarmed])])
  const all = { keepdims: int(0) }
  const count = builder.node('Max', [builder.node('ReduceSum', [mask], all), builder.constant(scalar(1e-12))])
  builder.output(builder.node('Div', [builder.node('ReduceSum', [masked], all), count], {}, { name: 'loss' }))
  return builder.finish()
}
