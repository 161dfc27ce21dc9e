import { Problem } from '../../core/index.ts'
import { generate, type NdArray, offsetOf, stridesOf } from './array.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'

/** Where a place of the output lies in the input, as a real number. */
function sourceOf(at: number, scale: number, from: number, to: number, mode: string): number {
  switch (mode) {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5
    case 'pytorch_half_pixel':
      return to > 1 ? (at + 0.5) / scale - 0.5 : 0
    case 'asymmetric':
      return at / scale
    case 'align_corners':
      return to === 1 ? 0 : (at * (from - 1)) / (to - 1)
    default:
      throw new Problem(`Cannot run Resize: its coordinate_transformation_mode "${mode}" is not supported`)
  }
}

function nearest(place: number, mode: string): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(place - 0.5)
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5)
    case 'floor':
      return Math.floor(place)
    case 'ceil':
      return Math.ceil(place)
    default:
      throw new Problem(`Cannot run Resize: its nearest_mode "${mode}" is not known`)
  }
}

type Weighted = readonly (readonly [place: number, weight: number])[]

/** For each place of one output axis, the places of the input that it mixes. */
function mixtures(call: Call, from: number, to: number, scale: number): readonly Weighted[] {
  const transformation = call.string('coordinate_transformation_mode', 'half_pixel')
  const mode = call.string('mode', 'nearest')
  const hold = (place: number): number => Math.min(Math.max(place, 0), from - 1)
  return Array.from({ length: to }, (_, at): Weighted => {
    const place = sourceOf(at, scale, from, to, transformation)
    if (mode === 'nearest') return [[hold(nearest(place, call.string('nearest_mode', 'round_prefer_floor'))), 1]]
    if (mode !== 'linear') throw new Problem(`Cannot run Resize: its mode "${mode}" is not supported`)
    const left = Math.floor(place)
    return [
      [hold(left), left + 1 - place],
      [hold(left + 1), place - left],
    ]
  })
}

function resizeAxis(value: NdArray, axis: number, mixture: readonly Weighted[]): NdArray {
  const strides = stridesOf(value.shape)
  return generate(value.dtype, value.shape.with(axis, mixture.length), index =>
    mixture[index[axis]!]!.reduce(
      (sum, [place, weight]) => sum + weight * value.data[offsetOf(index.with(axis, place), strides)]!,
      0,
    ),
  )
}

/** Nearest and linear, without anti-aliasing, axis after axis. */
const resize: ReferenceOp = call => {
  const value = call.input(0)
  const scales = call.inputs[2]?.data
  const sizes = call.inputs[3]?.data
  return value.shape.reduce((result, from, axis) => {
    const to = sizes?.[axis] ?? Math.floor(from * (scales?.[axis] ?? 1))
    const scale = scales !== undefined && scales.length > 0 ? scales[axis]! : to / from
    return to === from && scale === 1 ? result : resizeAxis(result, axis, mixtures(call, from, to, scale))
  }, value)
}

export const resizing: ReferenceOps = { Resize: resize }
