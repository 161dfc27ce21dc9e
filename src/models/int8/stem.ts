import { elements, throwIfAborted } from '../../core/index.ts'
import { type Graph, inferShapes } from '../../graph/index.ts'
import { imageInput } from '../network.ts'
import { pooledRows, spreadError } from './agreement.ts'
import { exactStem } from './exact-stem.ts'
import { type ImageSource, loadOptions, type ObserveTools } from './observe.ts'
import { int8Plan } from './plan.ts'
import { type Quantised, quantise } from './quantise.ts'
import type { Measured } from './range.ts'

/** At most so many convolutions, and so much of the multiplications: they are no faster than in float32. */
const deepest = 3
const mostWork = 0.1
/** A longer stem must lessen the error by this factor to be worth its time. */
const worthwhile = 1.15
/** Films on which the choice is made. */
const mostFilms = 32
const atATime = 8

export interface Stemmed extends Quantised {
  /** Convolutions at the beginning that compute in finer whole numbers than bytes. */
  readonly stem: number
  readonly convolutions: number
}

/** A float graph in int8 but for its first convolutions, which compute in finer whole numbers. */
export function withStem(graph: Graph, measured: ReadonlyMap<string, Measured>, stem: number): Stemmed {
  const begun = exactStem(graph, measured, stem)
  const plan = int8Plan(begun.graph, begun.floats)
  const convolutions = [...plan.steps.values()].filter(({ kind }) => kind === 'conv').length
  return { ...quantise(begun.graph, plan, measured, begun.sums), stem, convolutions }
}

/**
 * Chooses how many of the first convolutions are finer than bytes. A film's differences of grey are small, and the first filters look
 * for just those: their answers may lie within a few of 255 steps.
 */
export async function bestStem(
  graph: Graph,
  measured: ReadonlyMap<string, Measured>,
  films: ImageSource,
  tools: ObserveTools,
): Promise<Stemmed> {
  const depths = Array.from({ length: deepestOf(graph) + 1 }, (_, stem) => stem)
  const chosen = { count: Math.min(mostFilms, films.count), images: films.images }
  const wanted = await pooledOf(graph, chosen, tools)
  // The choice is about values. Weights are rounded with care once, when it is made.
  const quickly = new Map([...measured].map(([name, { range, means }]) => [name, { range, means }]))
  const tried: { readonly stem: number; readonly error: number }[] = []
  for (const stem of depths) {
    const made = withStem(graph, quickly, stem)
    if (made.convolutions === 0) continue
    tried.push({ stem, error: spreadError(wanted, await pooledOf(made.graph, chosen, tools), chosen.count) })
  }
  const least = Math.min(...tried.map(({ error }) => error))
  return withStem(graph, measured, tried.find(({ error }) => error <= least * worthwhile)!.stem)
}

/** How many convolutions a stem may have without being much of the work. */
function deepestOf(graph: Graph): number {
  const shapes = inferShapes(graph)
  const work = graph.nodes
    .filter(({ op }) => op === 'Conv')
    .map(({ inputs, outputs }) => {
      const [, , ...sizes] = shapes.get(outputs[0]!)?.shape ?? []
      const places = elements(sizes.map(size => (typeof size === 'number' ? size : 1)))
      return places * elements(graph.weights[inputs[1] ?? '']?.shape ?? [])
    })
  const most = mostWork * work.reduce((sum, one) => sum + one, 0)
  let [depth, done] = [0, 0]
  for (const one of work.slice(0, Math.min(deepest, work.length - 1))) {
    done += one
    if (done > most) break
    depth++
  }
  return depth
}

/** The mean of each channel of a graph's one output, one row a film. */
async function pooledOf(graph: Graph, films: ImageSource, tools: ObserveTools): Promise<Float64Array> {
  await using program = await tools.engine.load(graph, loadOptions(tools))
  const [output = ''] = graph.outputs.map(({ name }) => name)
  const rows: Float64Array[] = []
  for (let start = 0; start < films.count; start += atATime) {
    throwIfAborted(tools.signal)
    const indices = Array.from({ length: Math.min(atATime, films.count - start) }, (_, i) => start + i)
    const found = await program.run({ [imageInput]: await films.images(indices) }, { handOver: true })
    rows.push(pooledRows(found[output]!))
  }
  return Float64Array.from(rows.flatMap(row => [...row]))
}
