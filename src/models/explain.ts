import { differentiate, gradientName } from '../autodiff/index.ts'
import { float32 } from '../core/index.ts'
import { build, type Graph, int, ints, withOutputs } from '../graph/index.ts'
import { logitsOutput } from './network.ts'

export const heatOutput = 'heat'

/**
 * The network with a heat map for one class: image → logits [N, K] and heat [N, h, w] ≥ 0 in units of the logit.
 * Grad-CAM (Selvaraju et al. 2017, equations 1 and 2) of the logit, not of the probability.
 * @param at the value [N, C, h, w] to explain
 * @param index the class
 */
export function explanationGraph(graph: Graph, at: string, index: number, classes: number): Graph {
  const chosen = build(graph.name, withOutputs(graph, [logitsOutput, at]))
  const oneHot = chosen.constant(
    float32(
      [classes, 1],
      Array.from({ length: classes }, (_, i) => (i === index ? 1 : 0)),
    ),
  )
  const column = chosen.node('MatMul', [logitsOutput, oneHot])
  const total = chosen.node('ReduceSum', [column], { keepdims: int(0) })
  chosen.output(total)
  const backward = build(graph.name, differentiate(chosen.finish(), { loss: total, of: [at] }))
  const weights = backward.node('ReduceMean', [gradientName(at)], { axes: ints([2, 3]), keepdims: int(1) })
  const weighted = backward.node('Mul', [weights, at])
  const axis = backward.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) })
  const summed = backward.node('ReduceSum', [weighted, axis], { keepdims: int(0) })
  backward.output(backward.node('Relu', [summed], {}, { name: heatOutput }))
  return withOutputs(backward.finish(), [logitsOutput, heatOutput])
}
