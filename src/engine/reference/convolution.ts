import { elements } from '../../core/index.ts'
import { eachIndex, generate, type NdArray, offsetOf, stridesOf } from './array.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'
import { placeIn, type Windows, windowsOf } from './windows.ts'

/** x [N, C, …], w [M, C/group, …], b [M] → [N, M, …] */
const conv: ReferenceOp = call => {
  const [x, w, bias] = [call.input(0), call.input(1), call.inputs[2]]
  const windows = windowsOf(call, x.shape.slice(2), w.shape.slice(2))
  const perGroup = w.shape[1]!
  const outputsPerGroup = w.shape[0]! / call.int('group', 1)
  const look = neighbours(windows, x.shape.slice(2))
  const plane = elements(x.shape.slice(2))
  const kernel = elements(w.shape.slice(2))
  return generate(x.dtype, [x.shape[0]!, w.shape[0]!, ...windows.output], ([image, output, ...window]) => {
    const first = Math.floor(output! / outputsPerGroup) * perGroup
    let sum = bias?.data[output!] ?? 0
    for (const [element, place] of look(window)) {
      for (let channel = 0; channel < perGroup; channel++) {
        const at = (image! * x.shape[1]! + first + channel) * plane + place
        sum += x.data[at]! * w.data[(output! * perGroup + channel) * kernel + element]!
      }
    }
    return sum
  })
}

/** x [N, C, …], w [C, M/group, …], b [M] → [N, M, …]: each number of x adds a copy of its weights to the output. */
const convTranspose: ReferenceOp = call => {
  const [x, w, bias] = [call.input(0), call.input(1), call.inputs[2]]
  const groups = call.int('group', 1)
  const perGroup = w.shape[1]!
  const inputsPerGroup = x.shape[1]! / groups
  const windows = transposedWindows(call, x, w)
  const look = neighbours({ ...windows, output: x.shape.slice(2) }, windows.output)
  const plane = elements(windows.output)
  const kernel = elements(w.shape.slice(2))
  const shape = [x.shape[0]!, perGroup * groups, ...windows.output]
  const result = generate(x.dtype, shape, ([, channel]) => bias?.data[channel!] ?? 0)
  eachIndex(x.shape, ([image, input, ...window], flat) => {
    const first = Math.floor(input! / inputsPerGroup) * perGroup
    for (const [element, place] of look(window)) {
      for (let channel = 0; channel < perGroup; channel++) {
        const at = (image! * shape[1]! + first + channel) * plane + place
        result.data[at] = result.data[at]! + x.data[flat]! * w.data[(input! * perGroup + channel) * kernel + element]!
      }
    }
  })
  return result
}

/** The windows of the convolution that this one turns round; `output` is the size that comes out. */
function transposedWindows(call: Call, x: NdArray, w: NdArray): Windows {
  const input = x.shape.slice(2)
  const kernel = w.shape.slice(2)
  const strides = call.ints('strides') ?? input.map(() => 1)
  const dilations = call.ints('dilations') ?? input.map(() => 1)
  const extra = call.ints('output_padding') ?? input.map(() => 0)
  const full = input.map(
    (size, axis) => (size - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 + extra[axis]!,
  )
  const pads = call.ints('pads') ?? [...input, ...input].map(() => 0)
  const padsBefore = pads.slice(0, input.length)
  const padsAfter = pads.slice(input.length)
  const output = full.map((size, axis) => size - padsBefore[axis]! - padsAfter[axis]!)
  return { kernel, strides, dilations, padsBefore, padsAfter, output }
}

/** For each window: the kernel elements that look inside the value, with the flat place they look at. */
function neighbours(
  windows: Windows,
  input: readonly number[],
): (window: readonly number[]) => readonly (readonly [element: number, place: number])[] {
  const strides = stridesOf(input)
  return window => {
    const found: (readonly [number, number])[] = []
    eachIndex(windows.kernel, (element, flat) => {
      const place = placeIn(windows, input, window, element)
      if (place !== undefined) found.push([flat, offsetOf(place, strides)])
    })
    return found
  }
}

export const convolution: ReferenceOps = { Conv: conv, ConvTranspose: convTranspose }
