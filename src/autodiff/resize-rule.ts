import { type Dtype, float32, type Tensor, tensor } from '../core/index.ts'
import { type AxisResize, axisResizes, mixturesOf, type Node } from '../graph/index.ts'
import type { Expressions } from './expressions.ts'
import { fixedInput, fixedSize } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf } from './gradient-rule.ts'

/** Resizing multiplies each axis by a fixed matrix [to, from]; its gradient is multiplied by the transposed one. */
export const resizeRule: GradientRule = at => {
  const { e, node } = at
  const changed = resizesOf(at).filter(
    ({ from, to, scale, region: [start, end] }) => to !== from || scale !== 1 || start !== 0 || end !== 1,
  )
  for (const { axis } of changed) fixedSize(at, node.inputs[0]!, axis)
  return [changed.reduce((g, one) => shrunk(e, g, one, matrixOf(node, one, e.dtype(g))), gradientOf(at))]
}

/** A size that is known by name only counts as 1 before and after: it is not resized, or refused. */
function resizesOf(at: Backward): readonly AxisResize[] {
  const { e, node } = at
  const counted = (value: string): readonly number[] => e.dims(value).map(size => (typeof size === 'number' ? size : 1))
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const scales = fixedInput(at, 2, 'scales') ?? []
  const region = fixedInput(at, 1, 'region') ?? []
  const input = counted(x)
  if (scales.length > 0) return axisResizes(node, input, { region, scales })
  const sizes = fixedSizes(at) ?? counted(y)
  return axisResizes(node, input, { region, sizes })
}

/** The sizes where they are written into the graph; those that are computed follow from the shape of the output. */
function fixedSizes({ e, node }: Backward): readonly number[] | undefined {
  const name = node.inputs[3] ?? ''
  return name === '' ? undefined : e.fixed(name)
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
