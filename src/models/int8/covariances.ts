import { floats, int64, type Tensor, throwIfAborted } from '../../core/index.ts'
import { type Graph, inferShapes, intOf, ints, type Node, withOutputs } from '../../graph/index.ts'
import { imageInput } from '../network.ts'
import { type ImageSource, loadOptions, type ObserveTools } from './observe.ts'
import { prefix } from './whole-values.ts'

/** Films at a time, and in all. */
const batch = 8
const mostFilms = 32
/** Above this a matrix of channels costs more than it is worth. */
const mostChannels = 2048

/**
 * How the channels of the inputs [N, C, h, w] of convolutions of one pixel vary together over all places of some films: [C, C]
 * each, by the input's name. The products are the engine's work. Inputs whose size is not known are left out.
 */
export async function covariances(
  graph: Graph,
  films: ImageSource,
  tools: ObserveTools,
): Promise<ReadonlyMap<string, Float64Array>> {
  const places = mixedChannels(graph)
  const names = [...places.keys()]
  if (names.length === 0) return new Map()
  const wanted = names.flatMap(name => [productsOf(name), meansOf(name)])
  await using program = await tools.engine.load(withOutputs(withProducts(graph, names), wanted), loadOptions(tools))
  const sums = new Map<string, Float64Array>(wanted.map(name => [name, new Float64Array(0)]))
  const count = Math.min(films.count, mostFilms)
  for (let start = 0; start < count; start += batch) {
    throwIfAborted(tools.signal)
    const indices = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i)
    const found = await program.run({ [imageInput]: await films.images(indices) }, { handOver: true })
    for (const [name, sum] of sums) sums.set(name, added(sum, floats(found[name]!)))
    tools.progress?.('Channels for int8', start + indices.length, count)
  }
  return new Map(
    [...places].map(([name, area]) => [
      name,
      covariance(sums.get(productsOf(name))!, sums.get(meansOf(name))!, { count, area }),
    ]),
  )
}

/** The inputs of convolutions of one pixel without groups, with the number of their places. */
function mixedChannels(graph: Graph): ReadonlyMap<string, number> {
  const shapes = inferShapes(graph)
  const found = new Map<string, number>()
  for (const node of graph.nodes) {
    const [input = '', weight = ''] = node.inputs
    if (node.op !== 'Conv' || intOf(node, 'group', 1) !== 1) continue
    const [, channels = 0, ...window] = graph.weights[weight]?.shape ?? []
    if (channels > mostChannels || window.length !== 2 || window.some(side => side !== 1)) continue
    const [, , height, width] = shapes.get(input)?.shape ?? []
    if (typeof height === 'number' && typeof width === 'number') found.set(input, height * width)
  }
  return found
}

const productsOf = (name: string): string => `${prefix}${name}/products`
const meansOf = (name: string): string => `${prefix}${name}/means`

/** Adds the sum of the products of each two channels over films and places, [C, C], and each film's means, [N, C, 1, 1]. */
function withProducts(graph: Graph, names: readonly string[]): Graph {
  const flat = `${prefix}flat`
  const weights: Record<string, Tensor> = { ...graph.weights, [flat]: int64([2], [0, -1]) }
  const nodes = names.flatMap((name): readonly Node[] => {
    const own = (what: string): string => `${prefix}${name}/${what}`
    return [
      { op: 'Transpose', inputs: [name], outputs: [own('turned')], attributes: { perm: ints([1, 0, 2, 3]) } },
      { op: 'Reshape', inputs: [own('turned'), flat], outputs: [own('rows')], attributes: {} },
      { op: 'Transpose', inputs: [own('rows')], outputs: [own('columns')], attributes: { perm: ints([1, 0]) } },
      { op: 'MatMul', inputs: [own('rows'), own('columns')], outputs: [productsOf(name)], attributes: {} },
      { op: 'GlobalAveragePool', inputs: [name], outputs: [meansOf(name)], attributes: {} },
    ]
  })
  return { ...graph, nodes: [...graph.nodes, ...nodes], weights }
}

/** Means come one row a film, products in one matrix: rows are added up to the shape of one film's. */
function added(sum: Float64Array, values: Float32Array): Float64Array {
  const total = sum.length === 0 ? new Float64Array(values.length) : sum
  for (let i = 0; i < values.length; i++) total[i]! += values[i]!
  return total
}

function covariance(
  products: Float64Array,
  means: Float64Array,
  { count, area }: { readonly count: number; readonly area: number },
): Float64Array {
  const channels = Math.sqrt(products.length)
  const mean = new Float64Array(channels)
  means.forEach((value, i) => {
    mean[i % channels]! += value / count
  })
  return products.map((product, at) => {
    return product / (count * area) - mean[Math.floor(at / channels)]! * mean[at % channels]!
  })
}
