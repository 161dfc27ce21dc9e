import type { Dtype } from '../../core/index.ts'
import { intOf } from '../attributes.ts'
import { dtypeOfCode } from '../dtype-codes.ts'
import type { Dimension } from '../graph.ts'
import { broadcastShapes, dimensionArithmetic } from './dimensions.ts'
import type { Known, ShapeRule } from './rule.ts'
import { axisOf, commonDtype, floatTypes, inputsOf, known, requireDtype, ShapeFault } from './rule.ts'

/** One input in, the same type and shape out. */
export const same: ShapeRule = at => [known(at.input(0).dtype, at.input(0).shape)]

/** `same` for operators that take floating numbers only. */
export const sameFloat: ShapeRule = at => {
  requireDtype(at.input(0), floatTypes)
  return same(at)
}

/** Not. */
export const negation: ShapeRule = at => {
  requireDtype(at.input(0), ['bool'])
  return same(at)
}

/** And, Or. */
export const logical: ShapeRule = at => {
  for (const value of inputsOf(at)) requireDtype(value, ['bool'])
  return broadcasting(at)
}

/** Like `same`, and what is known of the elements goes through too. */
export const identity: ShapeRule = at => [at.input(0)]

function broadcast(values: readonly Known[], dtype: Dtype | undefined): Known {
  const shapes = values.flatMap(({ shape }) => (shape === undefined ? [] : [shape]))
  return known(dtype, shapes.length === values.length ? broadcastShapes(shapes) : undefined)
}

/** Any number of inputs of one type that broadcast to one shape. */
export const broadcasting: ShapeRule = at => [broadcast(inputsOf(at), commonDtype(inputsOf(at)))]

/** `broadcasting` that also computes with sizes, as exporters do between Shape and Reshape. */
export const arithmetic: ShapeRule = at => {
  const values = inputsOf(at)
  const result = broadcast(values, commonDtype(values))
  const [a, b] = values.map(value => value.elements)
  if (a === undefined || b === undefined) return [result]
  const length = Math.max(a.length, b.length)
  const elements = Array.from(
    { length },
    (_, i): Dimension => dimensionArithmetic(at.node.op, a[i] ?? a[0] ?? '?', b[i] ?? b[0] ?? '?'),
  )
  return [known(result.dtype, result.shape, elements)]
}

/** Comparison: bool out. */
export const comparison: ShapeRule = at => {
  commonDtype(inputsOf(at))
  return [broadcast(inputsOf(at), 'bool')]
}

/** Whether sizes are equal, as 1 or 0: no size is below zero, and one name stands for one size. */
export const equality: ShapeRule = at => {
  const [result] = comparison(at)
  const [a, b] = inputsOf(at).map(value => value.elements)
  if (a === undefined || b === undefined) return [result!]
  const length = Math.max(a.length, b.length)
  const elements = Array.from({ length }, (_, i) => sameSize(a[i] ?? a[0] ?? '?', b[i] ?? b[0] ?? '?'))
  return [known(result!.dtype, result!.shape, elements)]
}

function sameSize(a: Dimension, b: Dimension): Dimension {
  if (a === b) return a === '?' ? '?' : 1
  const numbers = typeof a === 'number' && typeof b === 'number'
  return numbers || Number(a) < 0 || Number(b) < 0 ? 0 : '?'
}

/** The exponent of Pow may have a type of its own. */
export const power: ShapeRule = at => [broadcast(inputsOf(at), at.input(0).dtype)]

export const where: ShapeRule = at => {
  const values = inputsOf(at)
  requireDtype(at.input(0), ['bool'])
  const result = broadcast(values, commonDtype(values.slice(1)))
  const [condition, yes, no] = values.map(value => value.elements)
  if (condition === undefined || yes === undefined || no === undefined) return [result]
  const elements = condition.map((holds, i): Dimension => {
    if (typeof holds === 'string') return '?'
    return holds === 1 ? (yes[i] ?? yes[0] ?? '?') : (no[i] ?? no[0] ?? '?')
  })
  return [known(result.dtype, result.shape, elements)]
}

/** Bounds of Clip are scalars: they do not decide the shape. */
export const clip: ShapeRule = at => {
  commonDtype(inputsOf(at).filter((_, index) => at.has(index)))
  return same(at)
}

export const cast: ShapeRule = at => {
  const { shape, elements } = at.input(0)
  const dtype = dtypeOfCode(intOf(at.node, 'to', 0))
  return [known(dtype, shape, dtype === 'int64' || dtype === 'int32' ? elements : undefined)]
}

/** The element type of the second input. */
export const castLike: ShapeRule = at => {
  const { shape, elements } = at.input(0)
  const { dtype } = at.input(1)
  return [known(dtype, shape, dtype === 'int64' || dtype === 'int32' ? elements : undefined)]
}

/** Inference form. The mask, where asked for, is bool since operator set 10. */
export const dropout: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  return [at.input(0), known(at.opset >= 10 ? 'bool' : dtype, shape)]
}

/** The mean and 1 / deviation, where asked for, keep the normalised axes with size 1. */
export const layerNormalization: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const axis = shape && axisOf(intOf(at.node, 'axis', -1), shape.length)
  const statistics = known(
    dtype,
    shape?.map((size, place) => (place < axis! ? size : 1)),
  )
  return [known(dtype, shape), statistics, statistics]
}

/** Statistics and parameters have one value a channel; in training mode the moved statistics follow as outputs. */
export const batchNormalization: ShapeRule = at => {
  const { shape } = at.input(0)
  for (let index = 1; index < 5; index++) {
    const parameter = at.input(index).shape
    if (shape === undefined || parameter === undefined) continue
    const channels = shape[1]
    if (parameter.length !== 1) throw new ShapeFault(`input ${index} must have rank 1, it has ${parameter.length}`)
    if (typeof channels === 'number' && typeof parameter[0] === 'number' && channels !== parameter[0]) {
      throw new ShapeFault(`input ${index} has ${parameter[0]} values for ${channels} channels`)
    }
  }
  return [...same(at), at.input(3), at.input(4)]
}
