import { elements, float32, Problem, type Tensor } from '../core/index.ts'
import { intOf, ints, intsOf, type Node, string_, tensorAttribute, windowOf } from '../graph/index.ts'
import { filled } from './constants.ts'
import { type Geometry, geometryOf } from './convolution-geometry.ts'
import { convolutionInputGradient } from './convolution-input.ts'
import { type Expressions, knownSizes } from './expressions.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'
import { resizeRule } from './resize-rule.ts'
import { scatterAdd } from './scatter.ts'
import { tilesOf } from './tiles.ts'

const maxPool: GradientRule = at => {
  const { e, node } = at
  const tiles = tilesOf(node, e.dims(node.inputs[0]!), e.dims(node.outputs[0]!))
  return [tiles === undefined ? scattered(at) : tiled(at, tiles)]
}

/**
 * Where windows lie side by side: the numbers that equal their window's maximum share its gradient evenly. ONNX Runtime computes
 * this three times as fast as indices and the sums at them.
 */
function tiled(at: Backward, kernel: readonly number[]): string {
  const { e, node } = at
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const chosen = e.castLike(e.equal(x, spread(e, y, kernel)), x)
  const window = { kernel_shape: ints(kernel), strides: ints(kernel) }
  const count = e.mul(e.node('AveragePool', [chosen], window), e.constant(elements(kernel), x))
  return e.mul(chosen, spread(e, e.div(gradientOf(at), count), kernel))
}

/** Each number as often as its window has places. This form of Resize has a fast path in ONNX Runtime for 2×2. */
function spread(e: Expressions, value: string, kernel: readonly number[]): string {
  const scales = e.build.constant(float32([kernel.length + 2], [1, 1, ...kernel]))
  return e.node('Resize', [value, '', scales], {
    mode: string_('nearest'),
    coordinate_transformation_mode: string_('asymmetric'),
    nearest_mode: string_('floor'),
  })
}

/** For any windows: each gradient is added where its maximum stood; `withPoolIndices` has made the pool say where. */
function scattered(at: Backward): string {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.outputs[1]]
  if (indices === undefined || intOf(node, 'storage_order', 0) !== 0) {
    throw new Problem('Cannot differentiate MaxPool: its storage_order is 1, row-major (0) was wanted')
  }
  const known = knownSizes(e.dims(x))
  const count = known === undefined ? e.reshape(e.node('Size', [x]), [1]) : e.integers([elements(known)])
  const zeros = e.node('ConstantOfShape', [count], { value: tensorAttribute(filled(0, [1], e.dtype(x))) })
  const flat = scatterAdd(e, zeros, e.reshape(indices, [-1]), e.reshape(gradientOf(at), [-1]), 0)
  return e.reshapeLike(flat, x)
}

/** Each gradient, divided by how many numbers were averaged, spreads over its window: a convolution with ones. */
const averagePool: GradientRule = at => {
  const { e, node } = at
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const kernel = intsOf(node, 'kernel_shape') ?? []
  const channels = e.dims(x)[1]
  if (typeof channels !== 'number') throw new Problem('Cannot differentiate AveragePool: its channels are not known')
  const geometry = { ...geometryOf(e, node, x, y, kernel), group: channels }
  const counts = e.castLike(e.build.constant(windowCounts(node, geometry)), x)
  const ones = e.build.constant(filled(1, [channels, 1, ...kernel], e.dtype(x)))
  return [convolutionInputGradient(e, e.div(gradientOf(at), counts), ones, geometry)]
}

/** How many numbers each window averaged, as [1, 1, …]: padding counts with `count_include_pad` only. */
function windowCounts(node: Node, geometry: Geometry): Tensor {
  const { input, output, kernel, strides, dilations, padsBefore } = geometry
  const padsAfter = windowOf(node, kernel, input)?.pads.slice(kernel.length) ?? []
  const padding = intOf(node, 'count_include_pad', 0)
  const alongAxis = output.map((windows, axis) =>
    Array.from({ length: windows }, (_, window) => {
      const start = window * strides[axis]! - padsBefore[axis]!
      const places = Array.from({ length: kernel[axis]! }, (_, at) => start + at * dilations[axis]!)
      const [low, high] = [-padding * padsBefore[axis]!, input[axis]! + padding * padsAfter[axis]!]
      return places.filter(place => place >= low && place < high).length
    }),
  )
  const products = alongAxis.reduce((left, right) => left.flatMap(a => right.map(b => a * b)), [1])
  const uniform = products.every(count => count === products[0])
  return uniform ? float32([1], products.slice(0, 1)) : float32([1, 1, ...output], products)
}

export const poolingRules: RulesFor<'AveragePool' | 'MaxPool' | 'Resize'> = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  Resize: resizeRule,
}
