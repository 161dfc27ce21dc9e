import { elements, floats, type Tensor, throwIfAborted } from '../../core/index.ts'
import type { Engine, LoadOptions } from '../../engine/index.ts'
import { type Graph, inferShapes, withOutputs } from '../../graph/index.ts'
import { imageInput } from '../network.ts'
import { type ChannelMeans, channelMeans } from './channel-means.ts'
import { type ValueHistogram, valueHistogram } from './histogram.ts'

/** Films to learn from, as the network takes them. */
export interface ImageSource {
  readonly count: number
  /** float32 [indices, C, S, S]. The tensor is given away. */
  images(indices: readonly number[]): Promise<Tensor>
}

export interface ObserveTools {
  readonly engine: Engine
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after each batch. */
  readonly progress?: ((task: string, done: number, total: number) => void) | undefined
}

/** What was seen of a value. */
export interface Seen {
  readonly histogram: ValueHistogram
  readonly channels: ChannelMeans
}

/** Values of so many bytes are looked at together: 64 MiB. */
const mostBytes = 2 ** 26
const mostFilms = 16

/** How the numbers of some values of a graph are spread over films. Each batch is counted and let go. */
export async function observe(
  graph: Graph,
  names: readonly string[],
  films: ImageSource,
  tools: ObserveTools,
): Promise<ReadonlyMap<string, Seen>> {
  const found = new Map(names.map(name => [name, { histogram: valueHistogram(), channels: channelMeans() }]))
  const see = (name: string, value: Tensor): void => {
    found.get(name)?.histogram.add(floats(value))
    found.get(name)?.channels.add(value)
  }
  const inner = names.filter(name => name !== imageInput)
  await using program = await tools.engine.load(withOutputs(graph, inner), loadOptions(tools))
  const batch = batchFor(graph, inner)
  for (let start = 0; start < films.count; start += batch) {
    throwIfAborted(tools.signal)
    const indices = Array.from({ length: Math.min(batch, films.count - start) }, (_, i) => start + i)
    const images = await films.images(indices)
    see(imageInput, images)
    const values = await program.run({ [imageInput]: images }, { handOver: true })
    for (const name of inner) see(name, values[name]!)
    tools.progress?.('Ranges for int8', start + indices.length, films.count)
  }
  return found
}

export function loadOptions({ threads, signal }: ObserveTools): LoadOptions {
  return { ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) }
}

/** A size that is not known counts as 1. */
function batchFor(graph: Graph, names: readonly string[]): number {
  const shapes = inferShapes(graph)
  const bytes = names.reduce((sum, name) => {
    const [, ...sizes] = shapes.get(name)?.shape ?? []
    return sum + 4 * elements(sizes.map(size => (typeof size === 'number' ? size : 1)))
  }, 0)
  return Math.max(1, Math.min(mostFilms, Math.floor(mostBytes / Math.max(1, bytes))))
}
