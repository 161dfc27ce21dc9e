import { int, ints } from '../graph/index.ts'
import type { Geometry } from './convolution-geometry.ts'
import type { Expressions } from './expressions.ts'

/**
 * The gradient of a convolution's input: each number of the output's gradient spreads over what its window saw.
 * Where windows move by one that is a convolution with the flipped weights, which ONNX Runtime computes 1.4 to 2.6 times
 * faster than a ConvTranspose.
 */
export function convolutionInputGradient(e: Expressions, g: string, weight: string, geometry: Geometry): string {
  const { kernel, strides, dilations, padsBefore, padsAfter, group } = geometry
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]!)
  const pads = [
    ...reach.map((size, axis) => size - padsBefore[axis]!),
    ...reach.map((size, axis) => size - padsAfter[axis]!),
  ]
  if (strides.every(stride => stride === 1) && pads.every(pad => pad >= 0)) {
    return e.node('Conv', [g, flipped(e, weight, group)], {
      kernel_shape: ints(kernel),
      dilations: ints(dilations),
      group: int(group),
      pads: ints(pads),
    })
  }
  return e.node('ConvTranspose', [g, weight], {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(group),
    pads: ints([...padsBefore, ...padsAfter.map(pad => Math.max(0, pad))]),
    output_padding: ints(padsAfter.map(pad => Math.max(0, -pad))),
  })
}

/** [M, C/group, …] → [C, M/group, …], with each spatial axis turned round. */
function flipped(e: Expressions, weight: string, group: number): string {
  const [filters, channels, ...kernel] = e.dims(weight).map(Number) as [number, number, ...number[]]
  const axes = kernel.flatMap((size, axis) => (size > 1 ? [axis + 2] : []))
  const turned =
    axes.length === 0
      ? weight
      : e.slice(
          weight,
          axes,
          axes.map(() => -1),
          axes.map(() => -(2 ** 31)),
          axes.map(() => -1),
        )
  if (group === 1) return e.transpose(turned, [1, 0, ...kernel.map((_, axis) => axis + 2)])
  const perGroup = filters / group
  if (perGroup === 1 && channels === 1) return turned
  const grouped = e.reshape(turned, [group, perGroup, channels, ...kernel])
  const swapped = e.transpose(grouped, [0, 2, 1, ...kernel.map((_, axis) => axis + 3)])
  return e.reshape(swapped, [group * channels, perGroup, ...kernel])
}
