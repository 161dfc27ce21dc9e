import type { Clip, Optimizer } from '../core/index.ts'
import { type Builder, build, type Graph } from '../graph/index.ts'
import { clipNodes, gradientNormNodes, type OptimizerState, optimizerNodes } from './optimizer-nodes.ts'

export interface UpdateNodesOptions {
  readonly optimizer: Optimizer
  /** Parameter (a float32 input) → its gradient (a value of the same shape). */
  readonly gradients: Readonly<Record<string, string>>
  readonly clip?: Clip | undefined
}

/** The inputs that `withUpdate` adds: the learning rate, and the number of the update, 1 for the first. Float32 scalars. */
export const rateInput = 'rate'
export const stepInput = 'step'
/** The output that it adds: the Euclidean norm of all gradients, before clipping. */
export const normOutput = 'gradientNorm'

export interface UpdateGraph {
  readonly graph: Graph
  /** Input ← output: parameters and slots. */
  readonly state: OptimizerState
}

/**
 * The graph with the update of its parameters inside: for engines that keep weights where graphs run. What an engine's own loop
 * does with the same data is the same to rounding.
 */
export function withUpdate(graph: Graph, { optimizer, gradients, clip }: UpdateNodesOptions): UpdateGraph {
  const builder: Builder = build(graph.name, graph)
  const rate = builder.input({ name: rateInput, dtype: 'float32', shape: [] })
  const step = builder.input({ name: stepInput, dtype: 'float32', shape: [] })
  const parameters = Object.keys(gradients)
  const raw = Object.values(gradients)
  const norm = builder.node('Identity', [gradientNormNodes(builder, raw)], {}, { name: normOutput })
  builder.output(norm)
  const slopes = clip === undefined ? raw : clipNodes(builder, clip, { gradients: raw, norm })
  const state: Record<string, string> = {}
  for (const [i, parameter] of parameters.entries()) {
    Object.assign(state, optimizerNodes(builder, optimizer, { parameter, gradient: slopes[i]!, rate, step }))
  }
  return { graph: builder.finish(), state }
}
