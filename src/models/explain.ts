import { differentiate, gradientName } from '../autodiff/index.ts'
import { float32, int64, Problem } from '../core/index.ts'
import { type Builder, build, type Graph, int, reduceOver, withOutputs } from '../graph/index.ts'
import { asGrid } from './as-grid.ts'
import { logitsOutput } from './network.ts'
import { type Places, placesOf } from './places.ts'

export const heatOutput = 'heat'

/** Which class is asked for: [K, 1], 1 for it and 0 for the others. */
export const classInput = 'explain/class'

/** A weight in the shape of the explained value that no node uses: what films without the finding show there on average. */
export const referenceWeight = 'explain/reference'

/**
 * The network with a heat map for one class: image → logits [N, K] and heat [N, h, w] ≥ 0 in units of the logit, not of the
 * probability. A is the explained value as [N, C, h, w], G the logit's gradient there.
 *
 * With a reference R in the graph: `relu(Σ_c G_c · (A_c − R_c))`, how each place differs from films without the finding and how
 * much that moves the logit (HiResCAM, Draelos and Carin 2020, of the difference). Without one: Grad-CAM (Selvaraju et al. 2017,
 * equations 1 and 2), `relu(Σ_c w_c · A_c)` where `w_c` is the mean of G over channel c; it shows anatomy that speaks for the
 * finding in every film, too.
 * @param at the value A to explain: [N, C, h, w], or one that can be seen as such
 * @param index the class; `asked`: whichever a run names by `classInput`
 * @throws Problem when the value has no places or no gradient reaches it
 */
export function explanationGraph(graph: Graph, at: string, index: number | 'asked', classes: number): Graph {
  const forward = build(graph.name, withOutputs(graph, [logitsOutput, at]))
  const places = placesToExplain(forward, at)
  const column = forward.node('MatMul', [logitsOutput, selector(forward, index, classes)])
  // Films do not touch each other, so the gradient of the sum holds the gradient of each.
  const total = forward.node('ReduceSum', [column], { keepdims: int(0) })
  forward.output(total)
  const backward = build(graph.name, differentiate(forward.finish(), { loss: total, of: [at] }))
  const reference = graph.weights[referenceWeight]
  const gradient = asGrid(backward, gradientName(at), places)
  const weighted =
    reference === undefined
      ? backward.node('Mul', [meanOfChannels(backward, gradient), asGrid(backward, at, places)])
      : backward.node('Mul', [
          gradient,
          asGrid(backward, backward.node('Sub', [at, backward.constant(reference)]), places),
        ])
  const summed = backward.node('ReduceSum', [weighted, backward.constant(int64([1], [1]))], { keepdims: int(0) })
  backward.output(backward.node('Relu', [summed], {}, { name: heatOutput }))
  return withOutputs(backward.finish(), [logitsOutput, heatOutput])
}

function selector(builder: Builder, index: number | 'asked', classes: number): string {
  if (index === 'asked') return builder.input({ name: classInput, dtype: 'float32', shape: [classes, 1] })
  return builder.constant(
    float32(
      [classes, 1],
      Float32Array.from({ length: classes }, (_, i) => (i === index ? 1 : 0)),
    ),
  )
}

function placesToExplain(builder: Builder, at: string): Places {
  const { shape } = builder.valueOf(at)
  const places = placesOf(shape) ?? placesOf(shape, 'spatial')
  if (places !== undefined) return places
  throw new Problem(`Cannot explain "${at}": its shape is [${shape.join(', ')}], a value that has places was wanted`)
}

function meanOfChannels(builder: Builder, gradient: string): string {
  return reduceOver(builder, 'ReduceMean', gradient, [2, 3], { keepdims: true })
}
