import { intOf } from '../attributes.ts'
import type { Shape } from '../graph.ts'
import type { ShapeRule } from './rule.ts'
import { axesOf, axisOf, known } from './rule.ts'

/** ReduceSum and its like: axes as attribute or as input, none meaning all. */
export const reduce: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const axes = axesOf(at, 1)
  const keep = intOf(at.node, 'keepdims', 1) === 1
  if (shape === undefined) return [known(dtype, undefined)]
  if (axes === undefined) return [known(dtype, keep ? shape.map(() => '?') : undefined)]
  const none = axes === 'absent' || axes.length === 0
  if (none && intOf(at.node, 'noop_with_empty_axes', 0) === 1) return [known(dtype, shape)]
  const reduced = new Set(none ? shape.keys() : axes.map(axis => axisOf(axis, shape.length)))
  return [known(dtype, reducedShape(shape, reduced, keep))]
}

function reducedShape(shape: Shape, axes: ReadonlySet<number>, keep: boolean): Shape {
  return keep ? shape.map((size, axis) => (axes.has(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.has(axis))
}

export const argReduce: ShapeRule = at => {
  const { shape } = at.input(0)
  if (shape === undefined) return [known('int64', undefined)]
  const axis = axisOf(intOf(at.node, 'axis', 0), shape.length)
  return [known('int64', reducedShape(shape, new Set([axis]), intOf(at.node, 'keepdims', 1) === 1))]
}
