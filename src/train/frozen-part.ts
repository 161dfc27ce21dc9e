import { type Dtype, elements, type Tensor, type Tensors } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import type { Graph, Value } from '../graph/index.ts'
import { loadOptions } from './load-options.ts'
import type { TrainTools } from './plan.ts'

/** What one film's features are. */
export interface RowForm {
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** The frozen part of a network at the engine. It is loaded when it is first needed. */
export interface FrozenPart extends AsyncDisposable {
  readonly graph: Graph
  /** The name of what it gives: the trained part's input. */
  readonly output: string
  /** As the graph says it, or as features came out; undefined before, where the graph does not say it. */
  row(): RowForm | undefined
  /** image → features, float32 or uint8. The images are given away. */
  features(images: Tensors): Promise<Tensor>
  /** Frees the engine's memory until features are asked for again. */
  rest(): Promise<void>
}

/** A frozen part is run on so many films at a time: more bring nothing, and cost memory. */
export const filmsAtATime = 8

export function frozenPart(graph: Graph, tools: TrainTools): FrozenPart {
  const [output] = graph.outputs
  if (output === undefined) throw new TypeError(`The graph "${graph.name}" gives nothing`)
  let row = rowOf(output)
  let program: Promise<Program> | undefined
  const load = async (): Promise<Program> => {
    try {
      return await tools.engine.load(graph, loadOptions(tools))
    } catch (error) {
      program = undefined
      throw error
    }
  }
  const rest = async (): Promise<void> => {
    const loaded = program
    program = undefined
    await (await loaded)?.[Symbol.asyncDispose]()
  }
  return {
    graph,
    output: output.name,
    row: () => row,
    async features(images) {
      program ??= load()
      const made = (await (await program).run(images, { handOver: true }))[output.name]!
      row ??= { dtype: made.dtype, shape: made.shape.slice(1) }
      return made
    },
    rest,
    [Symbol.asyncDispose]: rest,
  }
}

/** Of a film's features; 4 where it is not known yet what they are. */
export function rowBytesOf(frozen: FrozenPart): number {
  const { dtype, shape } = frozen.row() ?? unknownRow
  return elements(shape) * (dtype === 'uint8' ? 1 : 4)
}

export const unknownRow: RowForm = { dtype: 'float32', shape: [] }

function rowOf({ dtype, shape: [, ...sizes] }: Value): RowForm | undefined {
  const known = sizes.filter(size => typeof size === 'number')
  return known.length === sizes.length ? { dtype, shape: known } : undefined
}
