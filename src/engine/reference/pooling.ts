import { elements, Problem } from '../../core/index.ts'
import { array, eachIndex, type NdArray, offsetOf, stridesOf } from './array.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'
import { placeIn, type Windows, windowsOf } from './windows.ts'

/** Calls `visit` for every window of every plane with the flat places of the value it sees. */
function eachWindow(
  value: NdArray,
  windows: Windows,
  visit: (places: readonly number[], window: readonly number[]) => void,
): void {
  const input = value.shape.slice(2)
  const strides = stridesOf(input)
  const plane = elements(input)
  eachIndex([value.shape[0]!, value.shape[1]!, ...windows.output], ([image, channel, ...window]) => {
    const start = (image! * value.shape[1]! + channel!) * plane
    const places: number[] = []
    eachIndex(windows.kernel, element => {
      const place = placeIn(windows, input, window, element)
      if (place !== undefined) places.push(start + offsetOf(place, strides))
    })
    visit(places, window)
  })
}

function windowsOfPool(call: Call): Windows {
  return windowsOf(call, call.input(0).shape.slice(2), call.ints('kernel_shape') ?? [])
}

/** The second output holds where each maximum stood, counted through the whole value; the first of equals wins. */
const maxPool: ReferenceOp = call => {
  if (call.int('storage_order', 0) !== 0) {
    throw new Problem('Cannot run MaxPool: its storage_order is 1, row-major (0) was wanted')
  }
  const value = call.input(0)
  const windows = windowsOfPool(call)
  const shape = [value.shape[0]!, value.shape[1]!, ...windows.output]
  const indices: number[] = []
  eachWindow(value, windows, places =>
    indices.push(places.reduce((best, place) => (value.data[place]! > value.data[best]! ? place : best))),
  )
  const largest = indices.map(place => value.data[place]!)
  return [array(value.dtype, shape, largest), array('int64', shape, indices)]
}

/** With `count_include_pad` the padding counts, but not what a rounded-up last window sees beyond it. */
const averagePool: ReferenceOp = call => {
  const value = call.input(0)
  const windows = windowsOfPool(call)
  const withPadding = call.int('count_include_pad', 0) === 1
  const means: number[] = []
  eachWindow(value, windows, (places, window) => {
    const sum = places.reduce((total, place) => total + value.data[place]!, 0)
    means.push(sum / (withPadding ? countWithPadding(windows, value.shape.slice(2), window) : places.length))
  })
  return array(value.dtype, [value.shape[0]!, value.shape[1]!, ...windows.output], means)
}

function countWithPadding(windows: Windows, input: readonly number[], window: readonly number[]): number {
  const padded = input.map((size, axis) => size + windows.padsBefore[axis]! + windows.padsAfter[axis]!)
  let count = 0
  eachIndex(windows.kernel, element => {
    const inside = window.every(
      (at, axis) => at * windows.strides[axis]! + element[axis]! * windows.dilations[axis]! < padded[axis]!,
    )
    if (inside) count++
  })
  return count
}

const global =
  (reduce: (plane: Float64Array) => number): ReferenceOp =>
  call => {
    const value = call.input(0)
    const [images, channels, ...spatial] = value.shape as [number, number, ...number[]]
    const plane = elements(spatial)
    const results = Array.from({ length: images * channels }, (_, at) =>
      reduce(value.data.subarray(at * plane, (at + 1) * plane)),
    )
    return array(value.dtype, [images, channels, ...spatial.map(() => 1)], results)
  }

export const pooling: ReferenceOps = {
  AveragePool: averagePool,
  GlobalAveragePool: global(plane => plane.reduce((sum, x) => sum + x, 0) / plane.length),
  GlobalMaxPool: global(plane => plane.reduce((a, b) => Math.max(a, b))),
  MaxPool: maxPool,
}
