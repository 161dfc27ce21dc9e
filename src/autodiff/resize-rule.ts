import { type Dtype, float32, type Tensor, tensor } from '../core/index.ts'
import { type AxisResize, axisResizes, intsOf, mixturesOf, type Node, stringOf } from '../graph/index.ts'
import type { Expressions } from './expressions.ts'
import { axisOf, fixedInput, fixedSize } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf } from './gradient-rule.ts'

/** Resizing multiplies each axis by a fixed matrix [to, from]; its gradient is multiplied by the transposed one. */
export const resizeRule: GradientRule = at => {
  const { e, node } = at
  const changed = resizesOf(at).filter(
    ({ from, to, scale, region: [start, end] }) => to !== from || scale !== 1 || start !== 0 || end !== 1,
  )
  return [changed.reduce((g, one) => shrunk(e, g, one, matrixOf(node, one, e.dtype(g))), gradientOf(at))]
}

/** A size that is known by name only, before and after, is not resized: it counts as 1. */
function resizesOf(at: Backward): readonly AxisResize[] {
  const { e, node } = at
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const input = e.dims(x).map((size, axis) => {
    const isKept = typeof size === 'string' && size !== '?' && size === e.dims(y)[axis]
    return isKept ? 1 : fixedSize(at, x, axis)
  })
  const scales = fixedInput(at, 2, 'scales') ?? []
  const region = fixedInput(at, 1, 'region') ?? []
  return axisResizes(node, input, scales.length > 0 ? { region, scales } : { region, sizes: sizesOf(at) })
}

/** The sizes where they are written into the graph; those that are computed follow from the shape of the output. */
function sizesOf(at: Backward): readonly number[] {
  const { e, node } = at
  const stretches = stringOf(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch'
  const fixed = stretches ? e.fixed(node.inputs[3] ?? '') : fixedInput(at, 3, 'sizes')
  if (fixed !== undefined) return fixed
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const rank = e.dims(x).length
  const axes = intsOf(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis)
  return axes.map(given => {
    const axis = axisOf(given, rank)
    return typeof e.dims(x)[axis] === 'string' ? 1 : fixedSize(at, y, axis)
  })
}

/** [to, from] */
function matrixOf(node: Node, resize: AxisResize, dtype: Dtype): Tensor {
  const { from, to } = resize
  const values = new Float64Array(to * from)
  for (const [row, mixture] of mixturesOf(node, resize).entries()) {
    for (const [place, share] of mixture) values[row * from + place]! += share
  }
  return dtype === 'float64' ? tensor(dtype, [to, from], values) : float32([to, from], Float32Array.from(values))
}

/** Multiplies one axis by the transposed matrix: [… to …] → [… from …] */
function shrunk(e: Expressions, g: string, { axis, from, to }: AxisResize, matrix: Tensor): string {
  const rank = e.dims(g).length
  if (axis === rank - 1) return e.matMul(g, e.build.constant(matrix))
  if (axis === rank - 2) return e.matMul(e.build.constant(transposed(matrix, from, to)), g)
  const order = Array.from({ length: rank }, (_, at) => (at === axis ? rank - 1 : at === rank - 1 ? axis : at))
  return e.transpose(e.matMul(e.transpose(g, order), e.build.constant(matrix)), order)
}

function transposed({ dtype, data }: Tensor, from: number, to: number): Tensor {
  const numbers = Array.from({ length: from * to }, (_, at) => Number(data[(at % to) * from + Math.floor(at / to)]))
  return dtype === 'float64' ? tensor(dtype, [from, to], Float64Array.from(numbers)) : float32([from, to], numbers)
}
