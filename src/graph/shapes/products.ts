import { intOf, stringOf } from '../attributes.ts'
import { equationOf } from '../einsum.ts'
import type { Dimension, Shape } from '../graph.ts'
import { broadcastShapes, shapeText, unify } from './dimensions.ts'
import type { ShapeRule } from './rule.ts'
import { commonDtype, inputsOf, known, ShapeFault } from './rule.ts'

/** numpy's matmul: a vector on either side gains an axis for the product and loses it again. */
export const matMul: ShapeRule = at => {
  const dtype = commonDtype(inputsOf(at))
  const a = at.input(0).shape
  const b = at.input(1).shape
  if (a === undefined || b === undefined) return [known(dtype, undefined)]
  if (a.length === 0 || b.length === 0) throw new ShapeFault('a scalar cannot be multiplied as a matrix')
  const left: Shape = a.length === 1 ? [1, ...a] : a
  const right: Shape = b.length === 1 ? [...b, 1] : b
  unify(left.at(-1) ?? '?', right.at(-2) ?? '?', `inner sizes of ${shapeText(a)} and ${shapeText(b)}`)
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)])
  const rows = a.length === 1 ? [] : [left.at(-2) ?? '?']
  const columns = b.length === 1 ? [] : [right.at(-1) ?? '?']
  return [known(dtype, [...batch, ...rows, ...columns])]
}

export const gemm: ShapeRule = at => {
  const dtype = commonDtype(inputsOf(at))
  const a = at.input(0).shape
  const b = at.input(1).shape
  if (a === undefined || b === undefined) return [known(dtype, undefined)]
  if (a.length !== 2 || b.length !== 2) {
    throw new ShapeFault(`${shapeText(a)} and ${shapeText(b)} must be matrices`)
  }
  const [rows = '?', inner = '?'] = intOf(at.node, 'transA', 0) === 1 ? [a[1], a[0]] : a
  const [inner2 = '?', columns = '?'] = intOf(at.node, 'transB', 0) === 1 ? [b[1], b[0]] : b
  unify(inner, inner2, `inner sizes of ${shapeText(a)} and ${shapeText(b)}`)
  const bias = at.input(2).shape
  const shape = [rows, columns]
  if (bias !== undefined && broadcastShapes([shape, bias]).length > 2) {
    throw new ShapeFault(`bias ${shapeText(bias)} does not broadcast to ${shapeText(shape)}`)
  }
  return [known(dtype, shape)]
}

/** Each letter of the equation has one size in all inputs; a size of 1 stretches. */
export const einsum: ShapeRule = at => {
  const values = inputsOf(at)
  const dtype = commonDtype(values)
  const shapes = values.flatMap(({ shape }) => (shape === undefined ? [] : [shape]))
  if (shapes.length !== values.length) return [known(dtype, undefined)]
  const text = stringOf(at.node, 'equation', '')
  const { inputs, output } = equationOf(
    text,
    shapes.map(shape => shape.length),
  )
  const sizes = new Map<string, Dimension>()
  for (const [place, term] of inputs.entries()) {
    for (const [axis, letter] of [...term].entries()) {
      const size = shapes[place]?.[axis] ?? '?'
      const before = sizes.get(letter)
      sizes.set(letter, before === undefined ? size : (broadcastShapes([[before], [size]])[0] ?? '?'))
    }
  }
  return [
    known(
      dtype,
      [...output].map(letter => sizes.get(letter) ?? '?'),
    ),
  ]
}
