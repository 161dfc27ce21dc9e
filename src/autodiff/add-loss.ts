import { float32, type Loss, Problem, scalar } from '../core/index.ts'
import { type Builder, build, type Graph, reduceOver } from '../graph/index.ts'
import { lossTerms } from './loss-terms.ts'

export interface LossOptions {
  /** The value [N, K], float32: what the network says of each of K classes, before sigmoid or softmax. */
  readonly logits: string
  /**
   * One a class. Binary cross-entropy and focal loss: how many times a positive counts. Softmax cross-entropy: how many times a
   * film of the class counts. Default 1.
   */
  readonly classWeights?: readonly number[] | undefined
}

/**
 * The graph with a loss as its output `loss`, and the inputs `labels` and `mask`, float32 [N, K]. The loss is a mean over what is
 * known: for softmax cross-entropy over the films all of whose labels have a 1 in the mask (as PyTorch's, films weigh what their
 * class weighs), else over the labels that have one. Where nothing is known it is 0 and moves nothing.
 *
 * Every loss is written in functions that neither overflow nor lose the tails, and that are smooth at 0, where an untrained
 * head starts (see `lossTerms`).
 */
export function addLoss(graph: Graph, loss: Loss, { logits, classWeights }: LossOptions): Graph {
  const builder = build(graph.name, graph)
  const { dtype, shape } = builder.valueOf(logits)
  const classes = shape[1]
  if (shape.length !== 2 || dtype !== 'float32') {
    throw new Problem(
      `Cannot add a loss to "${logits}": it is ${dtype} [${shape.join(', ')}], float32 [N, K] was wanted`,
    )
  }
  if (loss.kind === 'softmax-cross-entropy' && typeof classes === 'number' && classes < 2) {
    throw new Problem(
      `Cannot add a softmax cross-entropy to "${logits}": it has ${classes} class, of which every film is; two or more were wanted`,
    )
  }
  if (classWeights !== undefined && classWeights.length !== classes) {
    throw new Problem(
      `Cannot add a loss to "${logits}": there are ${classWeights.length} class weights for ${classes} classes`,
    )
  }
  if (builder.fresh('loss') !== 'loss') {
    throw new Problem(
      `Cannot add a loss to "${logits}": the graph has a "loss" already, no node or value of this name was wanted`,
    )
  }
  const labels = builder.input({ name: 'labels', dtype, shape })
  const mask = builder.input({ name: 'mask', dtype, shape })
  const weights =
    classWeights === undefined ? undefined : builder.constant(float32([classWeights.length], classWeights))
  const terms = lossTerms(builder, loss, { logits, labels, weights })
  const known = loss.kind === 'softmax-cross-entropy' ? wholeFilms(builder, mask) : mask
  const count = terms.weight === undefined ? known : builder.node('Mul', [known, terms.weight])
  const most = builder.node('Max', [total(builder, count), builder.constant(scalar(1e-12))])
  const sum = total(builder, builder.node('Mul', [known, terms.value]))
  builder.output(builder.node('Div', [sum, most], {}, { name: 'loss' }))
  return builder.finish()
}

/** [N]: 1 where all labels of a film are known. */
function wholeFilms(builder: Builder, mask: string): string {
  return reduceOver(builder, 'ReduceMin', mask, [1], { keepdims: false })
}

function total(builder: Builder, value: string): string {
  const axes = builder.valueOf(value).shape.map((_, axis) => axis)
  return reduceOver(builder, 'ReduceSum', value, axes, { keepdims: false })
}
