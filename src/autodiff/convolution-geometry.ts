import { Problem } from '../core/index.ts'
import { intOf, type Node, windowOf } from '../graph/index.ts'
import { type Expressions, knownSizes } from './expressions.ts'

/** How a convolution or a pooling slides over the spatial axes. One number an axis each. */
export interface Geometry {
  /** Sizes before and after. */
  readonly input: readonly number[]
  readonly output: readonly number[]
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padsBefore: readonly number[]
  /** How far the last window reaches past the input; below zero: how many numbers at the end no window sees. */
  readonly padsAfter: readonly number[]
  readonly group: number
}

/** The geometry of a node that turns values of the shape of `wide` into values of the shape of `narrow`. */
export function geometryOf(
  e: Expressions,
  node: Node,
  wide: string,
  narrow: string,
  kernel: readonly number[],
): Geometry {
  const input = spatialSizes(e, node, wide)
  const output = spatialSizes(e, node, narrow)
  const window = windowOf(node, kernel, input)
  if (window === undefined) throw new Problem(`Cannot differentiate ${node.op}: its padding is not known`)
  const { strides, dilations } = window
  const padsBefore = window.pads.slice(0, kernel.length)
  const padsAfter = input.map(
    (size, axis) =>
      (output[axis]! - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - size - padsBefore[axis]!,
  )
  return { input, output, kernel, strides, dilations, padsBefore, padsAfter, group: intOf(node, 'group', 1) }
}

function spatialSizes(e: Expressions, node: Node, value: string): readonly number[] {
  const sizes = knownSizes(e.dims(value).slice(2))
  if (sizes === undefined) {
    const found = e.dims(value).join(', ')
    throw new Problem(
      `Cannot differentiate ${node.op}: "${value}" is [${found}], its spatial sizes must be numbers for that`,
    )
  }
  return sizes
}

/** The sizes of a weight [M, C/group, …], which must be numbers. */
export function weightSizes(e: Expressions, node: Node, weight: string): readonly number[] {
  const sizes = knownSizes(e.dims(weight))
  if (sizes === undefined) throw new Problem(`Cannot differentiate ${node.op}: the shape of "${weight}" is not known`)
  return sizes
}
