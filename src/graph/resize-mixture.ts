import { Problem } from '../core/index.ts'
import { floatOf, intOf, intsOf, stringOf } from './attributes.ts'
import type { Dimension, Node, Shape } from './graph.ts'

/** What one place of a resized axis is made of: places of the input with their shares. */
export type Mixture = readonly (readonly [place: number, share: number])[]

/** How one axis is resized. */
export interface AxisResize {
  readonly axis: number
  readonly from: number
  readonly to: number
  readonly scale: number
  /** The part of the axis that is looked at, as shares of its length; for tf_crop_and_resize. */
  readonly region: readonly [start: number, end: number]
}

/** The numbers that a Resize node is given: its inputs 1 to 3 where they are there. */
export interface ResizeInputs {
  readonly region?: readonly number[] | undefined
  readonly scales?: readonly number[] | undefined
  readonly sizes?: readonly number[] | undefined
}

/** The axes that a Resize node changes; the others are copied as they are. Absent or empty inputs count as not given. */
export function axisResizes(node: Node, shape: readonly number[], inputs: ResizeInputs): readonly AxisResize[] {
  const axes = resizedAxes(node, shape.length)
  const sizes = given(inputs.sizes)
  const scales = given(inputs.scales)
  const kept = sizes === undefined ? undefined : keptRatio(node, axes, shape, sizes)
  return axes.map((axis, place) => {
    const from = shape[axis]!
    const scale = kept ?? scales?.[place] ?? (sizes?.[place] ?? from) / from
    const to = sizeOf(from, sizes?.[place], scale, kept !== undefined)
    const region = inputs.region
    return { axis, from, to, scale, region: [region?.[place] ?? 0, region?.[place + axes.length] ?? 1] }
  })
}

/** The shape after a Resize node, as far as it can be told. */
export function resizedShape(node: Node, shape: Shape, inputs: ResizeInputs): Shape {
  const axes = resizedAxes(node, shape.length)
  const sizes = given(inputs.sizes)
  const scales = given(inputs.scales)
  const known = axes.every(axis => typeof shape[axis] === 'number')
  const kept = known && sizes !== undefined ? keptRatio(node, axes, shape.map(Number), sizes) : undefined
  return shape.map((from, axis): Dimension => {
    const place = axes.indexOf(axis)
    if (place < 0) return from
    if (sizes !== undefined) {
      if (kept === undefined)
        return stringOf(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch' ? sizes[place]! : '?'
      return typeof from === 'number' ? sizeOf(from, sizes[place], kept, true) : '?'
    }
    if (scales?.[place] === 1) return from
    return typeof from === 'number' && scales !== undefined ? scaled(from, scales[place]!) : '?'
  })
}

function given(numbers: readonly number[] | undefined): readonly number[] | undefined {
  return numbers === undefined || numbers.length === 0 ? undefined : numbers
}

function resizedAxes(node: Node, rank: number): readonly number[] {
  const axes = intsOf(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis)
  return axes.map(axis => (axis < 0 ? axis + rank : axis))
}

/** One scale for all axes, so that the picture keeps its proportions; undefined where it may be stretched. */
function keptRatio(
  node: Node,
  axes: readonly number[],
  shape: readonly number[],
  sizes: readonly number[],
): number | undefined {
  const policy = stringOf(node, 'keep_aspect_ratio_policy', 'stretch')
  if (policy === 'stretch') return undefined
  const scales = axes.map((axis, place) => sizes[place]! / shape[axis]!)
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales)
}

/** In single precision, as ONNX and ONNX Runtime compute it: 3 times 7/3 is 7 and not 6.99…. */
function scaled(from: number, scale: number): number {
  return Math.floor(Math.fround(from * scale))
}

function sizeOf(from: number, size: number | undefined, scale: number, kept: boolean): number {
  if (kept) return Math.floor(scale * from + 0.5)
  return size ?? scaled(from, scale)
}

/** For each place of a resized axis, what it is made of. @throws Problem for anti-aliasing and modes that ONNX does not have */
export function mixturesOf(node: Node, resize: AxisResize): readonly Mixture[] {
  if (intOf(node, 'antialias', 0) === 1) {
    throw new Problem(
      `Cannot resize by ${node.op} "${node.name ?? node.outputs[0]}": it smooths (antialias), plain resizing was wanted`,
    )
  }
  return Array.from({ length: resize.to }, (_, at) => {
    const place = sourceOf(node, at, resize)
    if (place === undefined) return []
    return held(node, mixtureAt(node, place), resize.from)
  })
}

/**
 * Where a place of the output lies in the input, as a real number; undefined outside of a cropped region. In single precision,
 * step by step as in ONNX Runtime: where a place lies just between two others, rounding decides which one is nearest.
 */
function sourceOf(
  node: Node,
  at: number,
  { from, to, scale: exact, region: [start, end] }: AxisResize,
): number | undefined {
  const mode = stringOf(node, 'coordinate_transformation_mode', 'half_pixel')
  const scale = round(exact)
  const halfPixel = (): number => round(round((at + 0.5) / scale) - 0.5)
  switch (mode) {
    case 'half_pixel':
      return halfPixel()
    case 'half_pixel_symmetric': {
      // A size that was rounded leaves a rest, which is shared by both ends.
      const adjustment = round(to / round(scale * from))
      const offset = round((from / 2) * round(1 - adjustment))
      return round(round(offset + round((at + 0.5) / scale)) - 0.5)
    }
    case 'pytorch_half_pixel':
      return to > 1 ? halfPixel() : 0
    case 'asymmetric':
      return round(at / scale)
    case 'align_corners':
      return to === 1 ? 0 : round((at * (from - 1)) / (to - 1))
    case 'tf_crop_and_resize': {
      const first = start * (from - 1)
      const place = to > 1 ? first + (at * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1)
      return place < 0 || place > from - 1 ? undefined : place
    }
    default:
      throw new Problem(`Cannot resize: the coordinate_transformation_mode "${mode}" is not known`)
  }
}

const round = Math.fround

function mixtureAt(node: Node, place: number): Mixture {
  const mode = stringOf(node, 'mode', 'nearest')
  const left = Math.floor(place)
  const rest = place - left
  switch (mode) {
    case 'nearest':
      return [[nearestPlace(place, stringOf(node, 'nearest_mode', 'round_prefer_floor')), 1]]
    case 'linear':
      return [
        [left, 1 - rest],
        [left + 1, rest],
      ]
    case 'cubic':
      return [-1, 0, 1, 2].map(step => [left + step, cubicShare(rest - step, floatOf(node, 'cubic_coeff_a', -0.75))])
    default:
      throw new Problem(`Cannot resize: the mode "${mode}" is not known`)
  }
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing", equation 15. */
function cubicShare(distance: number, a: number): number {
  const d = Math.abs(distance)
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0
}

function nearestPlace(place: number, mode: string): number {
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
      throw new Problem(`Cannot resize: the nearest_mode "${mode}" is not known`)
  }
}

/** Places outside of the input are its edge; with `exclude_outside` their share goes to the others instead. */
function held(node: Node, mixture: Mixture, size: number): Mixture {
  if (intOf(node, 'exclude_outside', 0) === 1) {
    const inside = mixture.filter(([place]) => place >= 0 && place < size)
    const total = inside.reduce((sum, [, share]) => sum + share, 0)
    return inside.map(([place, share]) => [place, share / total])
  }
  return mixture.map(([place, share]) => [Math.min(Math.max(place, 0), size - 1), share])
}
