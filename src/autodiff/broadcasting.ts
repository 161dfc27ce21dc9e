import { type Dimension, int } from '../graph/index.ts'
import { type Expressions, sameDims } from './expressions.ts'

/**
 * Sums a gradient that has the shape of `from` back to the shape of `to`, which was broadcast to it: broadcasting copies,
 * and the gradient of a copy adds.
 */
export function sumTo(e: Expressions, gradient: string, from: string, to: string): string {
  const source = e.dims(from)
  const target = e.dims(to)
  if (sameDims(source, target)) return gradient
  const leading = source.length - target.length
  if (target.some((size, axis) => mayStretch(size, source[axis + leading])))
    return sumAtRuntime(e, gradient, leading, to)
  const axes = source.flatMap((size, axis) =>
    axis < leading || (target[axis - leading] === 1 && size !== 1) ? [axis] : [],
  )
  return leading === 0 ? e.sum(gradient, axes, true) : e.reshapeLike(e.sum(gradient, axes), to)
}

/** A size known by name only may turn out as 1 and be stretched to another one. */
function mayStretch(target: Dimension, source: Dimension | undefined): boolean {
  return typeof target === 'string' && (target !== source || target === '?') && source !== 1
}

/** Finds the axes of size 1 when the graph runs. */
function sumAtRuntime(e: Expressions, gradient: string, leading: number, to: string): string {
  const shape = e.shapeOf(to)
  const ones = e.integers(new Array<number>(leading).fill(1))
  const aligned = leading === 0 ? shape : e.node('Concat', [ones, shape], { axis: int(0) })
  const axes = e.reshape(e.node('NonZero', [e.equal(aligned, e.integers([1]))]), [-1])
  const summed = e.node('ReduceSum', [gradient, axes], { keepdims: int(1), noop_with_empty_axes: int(1) })
  return e.node('Reshape', [summed, shape])
}
