import { differentiate, gradientName } from '../autodiff/index.ts'
import { float32, int64 } from '../core/index.ts'
import { build, type Graph, int, reduceOver, withOutputs } from '../graph/index.ts'
import { logitsOutput } from './network.ts'

export const heatOutput = 'heat'

/**
 * The network with a heat map for one class: image → logits [N, K] and heat [N, h, w] ≥ 0 in units of the logit.
 * Grad-CAM (Selvaraju et al. 2017, equations 1 and 2) of the logit, not of the probability: `relu(Σ_c w_c · A_c)` where `w_c`
 * is the mean of the logit's gradient over channel c of A.
 * @param at the value A [N, C, h, w] to explain
 * @param index the class
 */
export function explanationGraph(graph: Graph, at: string, index: number, classes: number): Graph {
  const forward = build(graph.name, withOutputs(graph, [logitsOutput, at]))
  const oneHot = Float32Array.from({ length: classes }, (_, i) => (i === index ? 1 : 0))
  const column = forward.node('MatMul', [logitsOutput, forward.constant(float32([classes, 1], oneHot))])
  // Films do not touch each other, so the gradient of the sum holds the gradient of each.
  const total = forward.node('ReduceSum', [column], { keepdims: int(0) })
  forward.output(total)
  const backward = build(graph.name, differentiate(forward.finish(), { loss: total, of: [at] }))
  const weights = reduceOver(backward, 'ReduceMean', gradientName(at), [2, 3], { keepdims: true })
  const weighted = backward.node('Mul', [weights, at])
  const summed = backward.node('ReduceSum', [weighted, backward.constant(int64([1], [1]))], { keepdims: int(0) })
  backward.output(backward.node('Relu', [summed], {}, { name: heatOutput }))
  return withOutputs(backward.finish(), [logitsOutput, heatOutput])
}
