import { int, ints } from '../graph/index.ts'
import type { Geometry } from './convolution-geometry.ts'
import type { Expressions } from './expressions.ts'

/**
 * The gradient of a convolution's weight [M, C/group, …], for any geometry: a convolution of the input with the output's
 * gradient, in which images and channels change places and strides and dilations too.
 */
export function swappedConvolution(e: Expressions, x: string, g: string, geometry: Geometry): string {
  const { input, output, kernel, strides, dilations, padsBefore, group } = geometry
  const rank = kernel.length
  const swap = [1, 0, ...kernel.map((_, axis) => axis + 2)]
  // How far the last place of the kernel reaches past the input; what lies beyond is cut off below.
  const padsAfter = kernel.map((size, axis) =>
    Math.max(
      0,
      (size - 1) * dilations[axis]! + (output[axis]! - 1) * strides[axis]! + 1 - input[axis]! - padsBefore[axis]!,
    ),
  )
  const result = e.node('Conv', [imagesAsChannels(e, x, group), e.transpose(g, swap)], {
    strides: ints(dilations),
    dilations: ints(strides),
    group: int(group),
    pads: ints([...padsBefore, ...padsAfter]),
  })
  const cut = e.slice(
    result,
    kernel.map((_, axis) => axis + 2),
    new Array<number>(rank).fill(0),
    kernel,
  )
  return e.transpose(cut, swap)
}

/** [N, C, …] → [C/group, group·N, …] */
function imagesAsChannels(e: Expressions, x: string, group: number): string {
  const [, channels, ...spatial] = e.dims(x).map(Number) as [number, number, ...number[]]
  const axes = spatial.map((_, axis) => axis)
  if (group === 1) return e.transpose(x, [1, 0, ...axes.map(axis => axis + 2)])
  const grouped = e.reshape(x, [-1, group, channels / group, ...spatial])
  return e.reshape(e.transpose(grouped, [2, 1, 0, ...axes.map(axis => axis + 3)]), [channels / group, -1, ...spatial])
}

/**
 * The same for a convolution without groups as one matrix product for each place of the kernel: the output's gradient
 * [M, N·…] times the part of the input that this place saw.
 */
export function shiftedProducts(e: Expressions, x: string, g: string, geometry: Geometry): string {
  const { output, kernel, strides, dilations, padsBefore, padsAfter } = geometry
  const rank = kernel.length
  const spatial = kernel.map((_, axis) => axis + 2)
  const swap = [1, 0, ...spatial]
  const filters = Number(e.dims(g)[1])
  const channels = Number(e.dims(x)[1])
  const pads = [...padsBefore, ...padsAfter.map(pad => Math.max(0, pad))]
  const swapped = e.transpose(x, swap)
  const padded = pads.some(pad => pad > 0)
    ? e.node('Pad', [swapped, e.integers([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])])
    : swapped
  const rows = e.reshape(e.transpose(g, swap), [filters, -1])
  const products = placesOf(kernel).map(place => {
    const starts = place.map((at, axis) => at * dilations[axis]!)
    const ends = starts.map((start, axis) => start + (output[axis]! - 1) * strides[axis]! + 1)
    const seen = e.slice(padded, spatial, starts, ends, strides)
    return e.node('Gemm', [rows, e.reshape(seen, [channels, -1])], { transB: int(1) })
  })
  if (products.length === 1) return e.reshape(products[0]!, [filters, channels, ...kernel])
  const columns = products.map(product => e.reshape(product, [filters, channels, 1]))
  return e.reshape(e.node('Concat', columns, { axis: int(2) }), [filters, channels, ...kernel])
}

/** Every place of the kernel, row-major. */
function placesOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (places, size) => places.flatMap(place => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  )
}

export function convolutionWeightGradient(e: Expressions, x: string, g: string, geometry: Geometry): string {
  return geometry.group === 1 ? shiftedProducts(e, x, g, geometry) : swappedConvolution(e, x, g, geometry)
}
