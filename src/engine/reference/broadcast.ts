import type { Dtype } from '../../core/index.ts'
import { generate, type NdArray, stridesOf } from './array.ts'

/** The shape that several shapes meet in (NumPy's rule): aligned at the end, sizes of 1 stretch. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(shape => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map(shape => shape[axis - rank + shape.length] ?? 1).filter(size => size !== 1)
    if (new Set(sizes).size > 1) {
      throw new RangeError(
        `Cannot broadcast the shapes ${shapes.map(shape => `[${shape.join(', ')}]`).join(' and ')}: sizes ${sizes.join(' and ')} differ`,
      )
    }
    return sizes[0] ?? 1
  })
}

/** A function from an index of `shape` to the number that `value` shows there when stretched to it. */
export function stretched(value: NdArray, shape: readonly number[]): (index: readonly number[]) => number {
  const strides = stridesOf(value.shape)
  const missing = shape.length - value.shape.length
  return index => {
    let offset = 0
    for (let axis = 0; axis < value.shape.length; axis++) {
      if (value.shape[axis] !== 1) offset += index[axis + missing]! * strides[axis]!
    }
    return value.data[offset]!
  }
}

/** Applies `combine` to the values, stretched to one shape. The element type is the first one's unless told. */
export function zip(
  values: readonly NdArray[],
  combine: (...numbers: number[]) => number,
  dtype: Dtype = values[0]!.dtype,
): NdArray {
  const shape = broadcastShape(...values.map(value => value.shape))
  const views = values.map(value => stretched(value, shape))
  return generate(dtype, shape, index => combine(...views.map(view => view(index))))
}
