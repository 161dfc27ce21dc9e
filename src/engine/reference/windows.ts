import type { Call } from './call.ts'

/** How windows slide over the spatial axes of a value: convolution and pooling share it. One number an axis each. */
export interface Windows {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padsBefore: readonly number[]
  readonly padsAfter: readonly number[]
  readonly output: readonly number[]
}

export function windowsOf(call: Call, input: readonly number[], kernel: readonly number[]): Windows {
  const strides = call.ints('strides') ?? input.map(() => 1)
  const dilations = call.ints('dilations') ?? input.map(() => 1)
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1)
  const automatic = call.string('auto_pad', 'NOTSET')
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const output = input.map((size, axis) => Math.ceil(size / strides[axis]!))
    const total = input.map((size, axis) => Math.max(0, (output[axis]! - 1) * strides[axis]! + reach[axis]! - size))
    const less = total.map(pad => Math.floor(pad / 2))
    const more = total.map(pad => Math.ceil(pad / 2))
    const [padsBefore, padsAfter] = automatic === 'SAME_UPPER' ? [less, more] : [more, less]
    return { kernel, strides, dilations, padsBefore, padsAfter, output }
  }
  const pads = call.ints('pads') ?? [...input, ...input].map(() => 0)
  const padsBefore = pads.slice(0, input.length)
  const padsAfter = pads.slice(input.length)
  const ceil = call.int('ceil_mode', 0) === 1
  const output = input.map((size, axis) => {
    const steps = (size + padsBefore[axis]! + padsAfter[axis]! - reach[axis]!) / strides[axis]!
    if (!ceil) return Math.floor(steps) + 1
    // A last window that starts in the padding after the value is dropped, as in ONNX Runtime and PyTorch.
    const count = Math.ceil(steps) + 1
    return (count - 1) * strides[axis]! >= size + padsBefore[axis]! ? count - 1 : count
  })
  return { kernel, strides, dilations, padsBefore, padsAfter, output }
}

/** The place in the value that a window's element looks at; undefined in the padding. */
export function placeIn(
  windows: Windows,
  input: readonly number[],
  window: readonly number[],
  element: readonly number[],
): readonly number[] | undefined {
  const place = window.map(
    (at, axis) => at * windows.strides[axis]! + element[axis]! * windows.dilations[axis]! - windows.padsBefore[axis]!,
  )
  return place.every((at, axis) => at >= 0 && at < input[axis]!) ? place : undefined
}
