import { elements, float32, floats, throwIfAborted } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import { withOutputs } from '../graph/index.ts'
import { type Film, tensorOf } from '../imaging/index.ts'
import { referenceWeight } from './explain.ts'
import { imageInput, type Network } from './network.ts'

/** Fewer films would leave a trace of single patients in the model file. */
const fewest = 10
const batch = 16

/** Films that are told apart from the finding, by their places. */
export interface ReferenceFilms {
  readonly count: number
  read(index: number): Promise<Film>
}

/**
 * The network with the average of what films without the finding show at the explained value, so that a heat map can tell what
 * is unusual from what every chest shows. With fewer than ten films the network stays as it is, and so does one whose heat comes from attention.
 */
export async function withReference(
  network: Network,
  films: ReferenceFilms,
  engine: Engine,
  signal?: AbortSignal,
): Promise<Network> {
  if (films.count < fewest || network.heatFrom === 'attention') return network
  const { graph, explain, contract } = network
  await using program = await engine.load(withOutputs(graph, [explain]))
  let shape: readonly number[] = []
  let sums = new Float64Array(0)
  for (let start = 0; start < films.count; start += batch) {
    throwIfAborted(signal)
    const indices = Array.from({ length: Math.min(batch, films.count - start) }, (_, i) => start + i)
    const image = await tensorOf(await Promise.all(indices.map(index => films.read(index))), contract)
    const value = (await program.run({ [imageInput]: image }, { handOver: true }))[explain]!
    shape = value.shape.slice(1)
    if (start === 0) sums = new Float64Array(elements(shape))
    floats(value).forEach((number, i) => {
      sums[i % sums.length]! += number
    })
  }
  const mean = float32(
    shape,
    Float32Array.from(sums, sum => sum / films.count),
  )
  return { ...network, graph: { ...graph, weights: { ...graph.weights, [referenceWeight]: mean } } }
}
