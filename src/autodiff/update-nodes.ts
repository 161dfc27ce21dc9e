import type { Clip, Optimizer } from '../core/index.ts'
import { build, type Graph, operators } from '../graph/index.ts'
import { clipNodes, gradientNormNodes, type OptimizerState, optimizerNodes } from './optimizer-nodes.ts'

/** The same data as an engine's `Update`. */
export interface UpdateNodesOptions {
  readonly optimizer: Optimizer
  /** Parameter (a float32 input) → its gradient (a value of the same shape). */
  readonly gradients: Readonly<Record<string, string>>
  readonly clip?: Clip
  /** The name of a further output: the Euclidean norm of all gradients, before clipping. Default: none. */
  readonly norm?: string
  /** A float32 scalar of the graph: parameters and slots change where it is above 0. Default: always. */
  readonly when?: string
}

/**
 * The graph with the update of its parameters inside: for engines that keep weights where graphs run. What an engine's own loop
 * does with the same data is the same to rounding.
 *
 * @returns the graph, what is carried to the next run (input ← output), and the inputs that it has got: the learning rate, and the
 * number of the update, 1 for the first; float32 scalars
 */
export function withUpdate(
  graph: Graph,
  { optimizer, gradients, clip, norm: name, when }: UpdateNodesOptions,
): { readonly graph: Graph; readonly state: OptimizerState; readonly rate: string; readonly step: string } {
  const builder = build(graph.name, graph)
  const number = (wanted: string): string => builder.input({ name: builder.fresh(wanted), dtype: 'float32', shape: [] })
  const [rate, step] = [number('rate'), number('step')]
  let slopes: readonly string[] = Object.values(gradients)
  if (clip !== undefined || name !== undefined) {
    const norm = gradientNormNodes(builder, slopes)
    if (name !== undefined) builder.output(builder.node('Identity', [norm], {}, { name }))
    if (clip !== undefined) slopes = clipNodes(builder, clip, { gradients: slopes, norm })
  }
  const counts = when === undefined ? {} : { counts: operators(builder)('Greater', when, 0) }
  const state: Record<string, string> = {}
  for (const [i, parameter] of Object.keys(gradients).entries()) {
    Object.assign(state, optimizerNodes(builder, optimizer, { parameter, gradient: slopes[i]!, rate, step, ...counts }))
  }
  return { graph: builder.finish(), state, rate, step }
}
