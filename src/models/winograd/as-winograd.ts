import { int64, type Tensor } from '../../core/index.ts'
import {
  type Builder,
  build,
  type Graph,
  inferShapes,
  int,
  ints,
  namesOf,
  type Value,
  withOutputs,
} from '../../graph/index.ts'
import { layerOf, type WinogradLayer } from './layer.ts'
import { filterMatrix, inputMatrix, outputMatrix, points, tilesOf } from './matrices.ts'

const factors = points * points

/**
 * The graph with some of its convolutions in Winograd's form, F(4×4, 3×3), in plain operators: tiles of 6×6 are transformed,
 * multiplied with the transformed filters for each of the 36 factors apart, and transformed back. That takes a quarter of the
 * products, and rounds a little more: some 1e-5 of the largest output. Values keep their names and shapes.
 *
 * Filters are transformed in the graph, so that gradients pass through to them. Where they are fixed, ONNX Runtime does it once,
 * when it loads the graph.
 *
 * @param layers outputs of convolutions that `winogradLayers` names
 */
export function asWinograd(graph: Graph, layers: ReadonlySet<string>): Graph {
  if (!graph.nodes.some(({ outputs }) => layers.has(outputs[0] ?? ''))) return graph
  const values = inferShapes(graph)
  const kept = [...layers].flatMap(layer => {
    const value = values.get(layer)
    return value === undefined ? [] : [value, { ...value, name: withoutBias(layer) }]
  })
  // The number of films goes through shapes that inference cannot follow.
  const stated: readonly Value[] = [...(graph.values ?? []), ...kept]
  const taken = new Set([...namesOf(graph)].filter(name => !layers.has(name)))
  const builder = build(graph.name, { ...graph, nodes: [], outputs: [], values: stated }, taken)
  for (const node of graph.nodes) {
    const layer = layers.has(node.outputs[0] ?? '') ? layerOf(graph, values, node) : undefined
    if (layer === undefined) builder.add({ ...graph, inputs: [], weights: {}, nodes: [node], outputs: [] })
    else addLayer(builder, layer, filterOf(builder, layer))
  }
  const outputs = graph.outputs.map(({ name }) => name)
  return withOutputs({ ...builder.finish(), outputs: graph.outputs }, outputs)
}

/** The convolutions of a graph that have a Winograd form. */
export function winogradLayers(graph: Graph): readonly WinogradLayer[] {
  const values = inferShapes(graph)
  return graph.nodes.flatMap(node => layerOf(graph, values, node) ?? [])
}

/** The transformed filters, [36, C, K]. */
function filterOf(builder: Builder, { node, channels, filters }: WinogradLayer): string {
  const [, weight = ''] = node.inputs
  const integers = (values: readonly number[]): string => builder.constant(int64([values.length], values))
  // Nine numbers are moved here, not thirty-six.
  const turned = builder.node('Transpose', [builder.node('Reshape', [weight, integers([filters, channels, 9])])], {
    perm: ints([1, 0, 2]),
  })
  const taps = builder.node('Reshape', [turned, integers([-1, 9])])
  const flat = builder.node('Gemm', [builder.constant(filterMatrix()), taps], { transB: int(1) })
  return builder.node('Reshape', [flat, integers([factors, channels, filters])])
}

/**
 * Axes are moved so that films and channels stand last: every transform is then a product of a small matrix with few, very long
 * rows. In shapes, P is the six points of an axis and t its tiles.
 */
function addLayer(
  builder: Builder,
  { name, node, channels, filters, down, across }: WinogradLayer,
  filter: string,
): void {
  const [image = '', , bias = ''] = node.inputs
  const integers = (values: readonly number[]): string => builder.constant(int64([values.length], values))
  const reshape = (value: string, sizes: readonly number[]): string => builder.node('Reshape', [value, integers(sizes)])
  const transpose = (value: string, perm: readonly number[]): string =>
    builder.node('Transpose', [value], { perm: ints(perm) })
  const times = (matrix: Tensor, value: string): string => builder.node('MatMul', [builder.constant(matrix), value])
  const [tilesDown, tilesAcross] = [tilesOf(down), tilesOf(across)]

  // As matrices: ONNX Runtime transposes those several times as fast as tensors.
  const places = transpose(reshape(image, [-1, down.input * across.input]), [1, 0])
  const lines = reshape(places, [down.input, across.input, -1]) // [H, W, N·C]
  const inTiles = reshape(times(inputMatrix(across), lines), [down.input, points, -1]) // [H, P, t·N·C]
  const columns = transpose(inTiles, [1, 0, 2])
  const tiles = times(inputMatrix(down), columns) // [P, P·t, t·N·C]
  const products = builder.node('MatMul', [reshape(tiles, [factors, -1, channels]), filter]) // [P·P, t·t·N, K]
  const rows = times(outputMatrix(down), reshape(products, [points, points * tilesDown, -1])) // [P, H, t·N·K]
  const outOfTiles = reshape(transpose(rows, [1, 0, 2]), [down.output, points * tilesAcross, -1]) // [H, P·t, N·K]
  const whole = reshape(times(outputMatrix(across), outOfTiles), [down.output * across.output, -1])
  const images = transpose(whole, [1, 0]) // [N·K, H·W]
  const sizes = [-1, filters, down.output, across.output]
  if (bias === '') {
    builder.node('Reshape', [images, integers(sizes)], {}, { name })
    return
  }
  const each = builder.node('Reshape', [bias, integers([filters, 1, 1])])
  const plain = builder.node('Reshape', [images, integers(sizes)], {}, { name: withoutBias(name) })
  builder.node('Add', [plain, each], {}, { name })
}

/** What a layer's value is called before its bias is added. */
function withoutBias(layer: string): string {
  return `${layer}/without-bias`
}
