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
  const automatic = call.string('auto_pad', 'NOTSET')
  const same = automatic.startsWith('SAME') ? input.map((size, axis) => size * strides[axis]!) : undefined
  const stated = call.ints('output_shape')?.slice(-input.length) ?? same
  const pads = stated?.map((size, axis) => Math.max(0, full[axis]! - size))
  const [padsBefore, padsAfter] = pads === undefined ? statedPads(call, input.length) : shared(pads, automatic)
  const output = full.map((size, axis) => size - padsBefore[axis]! - padsAfter[axis]!)
  return { kernel, strides, dilations, padsBefore, padsAfter, output }
}

type Pads = readonly [before: readonly number[], after: readonly number[]]

function statedPads(call: Call, rank: number): Pads {
  const pads = call.ints('pads') ?? new Array<number>(2 * rank).fill(0)
  return [pads.slice(0, rank), pads.slice(rank)]
}

/** Both ends share what is to be cut off; the odd one goes after with SAME_UPPER, else before. */
function shared(pads: readonly number[], automatic: string): Pads {
  const [less, more] = [pads.map(pad => Math.floor(pad / 2)), pads.map(pad => Math.ceil(pad / 2))]
  return automatic === 'SAME_UPPER' ? [less, more] : [more, less]
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
