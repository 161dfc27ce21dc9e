import { axisResizes, type Mixture, mixturesOf } from '../../graph/index.ts'
import { generate, type NdArray, offsetOf, stridesOf } from './array.ts'
import type { ReferenceOp, ReferenceOps } from './call.ts'

function resizeAxis(value: NdArray, axis: number, mixtures: readonly Mixture[], outside: number): NdArray {
  const strides = stridesOf(value.shape)
  return generate(value.dtype, value.shape.with(axis, mixtures.length), index => {
    const mixture = mixtures[index[axis]!]!
    if (mixture.length === 0) return outside
    return mixture.reduce(
      (sum, [place, share]) => sum + share * value.data[offsetOf(index.with(axis, place), strides)]!,
      0,
    )
  })
}

/** Without anti-aliasing, axis after axis. */
const resize: ReferenceOp = call => {
  const value = call.input(0)
  const numbers = (place: number): readonly number[] | undefined => {
    const given = call.inputs[place]
    return given && Array.from(given.data)
  }
  const resizes = axisResizes(call.node, value.shape, { region: numbers(1), scales: numbers(2), sizes: numbers(3) })
  const outside = call.float('extrapolation_value', 0)
  return resizes
    .filter(({ from, to, scale, region: [start, end] }) => to !== from || scale !== 1 || start !== 0 || end !== 1)
    .reduce((result, one) => resizeAxis(result, one.axis, mixturesOf(call.node, one), outside), value)
}

export const resizing: ReferenceOps = { Resize: resize }
