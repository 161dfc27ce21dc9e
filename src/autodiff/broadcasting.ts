import { type Dimension, dtypeCodes, int } from '../graph/index.ts'
import { type Expressions, sameDims } from './expressions.ts'

/**
 * Sums a gradient that has the shape of `from` back to the shape of `to`, which was broadcast to it: broadcasting copies,
 * and the gradient of a copy adds.
 *
 * @param equal so many of the last axes were surely not stretched
 */
export function sumTo(e: Expressions, gradient: string, from: string, to: string, equal = 0): string {
  const source = e.dims(from)
  const target = e.dims(to)
  if (sameDims(source, target)) return gradient
  const leading = source.length - target.length
  const stretched = target.slice(0, target.length - equal)
  const unsure = stretched.flatMap((size, axis) => (mayStretch(size, source[axis + leading]) ? [axis] : []))
  const axes = source.flatMap((size, axis) =>
    axis < leading || (target[axis - leading] === 1 && size !== 1) ? [axis] : [],
  )
  if (axes.length === 0 && unsure.length === 0) return gradient
  if (unsure.length > 0) return sumAtRuntime(e, gradient, { axes, unsure, leading }, to)
  return leading === 0 ? e.sum(gradient, axes, true) : e.reshapeLike(e.sum(gradient, axes), to)
}

/** A size known by name only may turn out as 1 and be stretched to another one. */
function mayStretch(target: Dimension, source: Dimension | undefined): boolean {
  return typeof target === 'string' && (target !== source || target === '?') && source !== 1
}

interface Stretched {
  /** Axes of the gradient that are surely summed. */
  readonly axes: readonly number[]
  /** Axes of the target that were stretched if they turn out to have size 1. */
  readonly unsure: readonly number[]
  readonly leading: number
}

function sumAtRuntime(e: Expressions, gradient: string, { axes, unsure, leading }: Stretched, to: string): string {
  const shape = e.shapeOf(to)
  const found = unsure.map(axis => {
    const isOne = e.equal(e.node('Gather', [shape, e.integers([axis])]), e.integers([1]))
    const count = e.node('Cast', [isOne], { to: int(dtypeCodes.int64) })
    return e.node('Slice', [e.integers([axis + leading]), e.integers([0]), count])
  })
  const all = e.node('Concat', [e.integers(axes), ...found], { axis: int(0) })
  const summed = e.node('ReduceSum', [gradient, all], { keepdims: int(1), noop_with_empty_axes: int(1) })
  return e.node('Reshape', [summed, shape])
}
