import { intOf, intsOf, stringOf } from '../attributes.ts'
import type { Dimension, Node, Shape } from '../graph.ts'
import { resizedShape } from '../resize-mixture.ts'
import { shapeText } from './dimensions.ts'
import type { ShapeRule } from './rule.ts'
import { allNumbers, commonDtype, inputsOf, known, ShapeFault } from './rule.ts'

/** How a window moves over the spatial axes. `pads` holds all begins, then all ends. */
export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

/**
 * The window of a Conv or pooling node with its defaults filled in and `auto_pad` resolved.
 * @param spatial sizes of the spatial axes; undefined or names only matter with `auto_pad` SAME
 * @returns undefined when `auto_pad` is SAME and a size is not known
 */
export function windowOf(node: Node, kernel: readonly number[], spatial: Shape | undefined): Window | undefined {
  const strides = intsOf(node, 'strides') ?? kernel.map(() => 1)
  const dilations = intsOf(node, 'dilations') ?? kernel.map(() => 1)
  const auto = stringOf(node, 'auto_pad', 'NOTSET')
  if (auto === 'NOTSET') {
    return { kernel, strides, dilations, pads: intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0) }
  }
  if (auto === 'VALID') return { kernel, strides, dilations, pads: [...kernel, ...kernel].map(() => 0) }
  const begins: number[] = []
  const ends: number[] = []
  for (const [axis, size] of kernel.entries()) {
    const input = spatial?.[axis]
    const stride = strides[axis] ?? 1
    // A name is no obstacle where the window moves by one: the sum of pads does not depend on the size then.
    if (typeof input !== 'number' && stride !== 1) return undefined
    const extent = (size - 1) * (dilations[axis] ?? 1) + 1
    const total =
      typeof input === 'number' ? Math.max((Math.ceil(input / stride) - 1) * stride + extent - input, 0) : extent - 1
    const less = Math.floor(total / 2)
    begins.push(auto === 'SAME_UPPER' ? less : total - less)
    ends.push(auto === 'SAME_UPPER' ? total - less : less)
  }
  return { kernel, strides, dilations, pads: [...begins, ...ends] }
}

/** Sizes after a window has moved over `spatial`. */
export function slide(spatial: Shape, window: Window, ceil = false): Shape {
  return spatial.map((size, axis): Dimension => {
    const { begin, end, extent, stride } = along(window, axis)
    if (typeof size !== 'number') return stride === 1 && begin + end === extent - 1 ? size : '?'
    const steps = (size + begin + end - extent) / stride
    if (steps < 0) throw new ShapeFault(`a window of ${extent} does not fit into ${size} + ${begin} + ${end}`)
    if (!ceil) return Math.floor(steps) + 1
    // A last window that would start in the padding behind the data is left out, as ONNX Runtime does.
    const count = Math.ceil(steps) + 1
    return (count - 1) * stride >= size + begin ? count - 1 : count
  })
}

function along(window: Window, axis: number): { begin: number; end: number; extent: number; stride: number } {
  const rank = window.kernel.length
  return {
    begin: window.pads[axis] ?? 0,
    end: window.pads[axis + rank] ?? 0,
    extent: ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1,
    stride: window.strides[axis] ?? 1,
  }
}

/** Sizes that the auto_pad SAME modes give when a size is only a name. */
function unknownSizes(spatial: Shape): Shape {
  return spatial.map(() => '?')
}

export const conv: ShapeRule = at => {
  const dtype = commonDtype(inputsOf(at))
  const { shape } = at.input(0)
  const weight = at.input(1).shape
  if (shape === undefined || weight === undefined) return [known(dtype, undefined)]
  if (shape.length !== weight.length || shape.length < 3) {
    throw new ShapeFault(`input ${shapeText(shape)} and weight ${shapeText(weight)} must have one rank, 3 or more`)
  }
  const [batch = '?', channels = '?', ...spatial] = shape
  const [filters = '?', perGroup = '?', ...sizes] = weight
  const group = intOf(at.node, 'group', 1)
  if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) {
    throw new ShapeFault(`input has ${channels} channels, the weight ${shapeText(weight)} is for ${perGroup * group}`)
  }
  if (typeof filters === 'number' && filters % group !== 0) {
    throw new ShapeFault(`${filters} filters cannot be divided into ${group} groups`)
  }
  const kernel = sizes.map(size => (typeof size === 'number' ? size : 0))
  if (kernel.includes(0)) return [known(dtype, [batch, filters, ...unknownSizes(spatial)])]
  const window = windowOf(at.node, kernel, spatial)
  return [known(dtype, [batch, filters, ...(window ? slide(spatial, window) : unknownSizes(spatial))])]
}

export const convTranspose: ShapeRule = at => {
  const dtype = commonDtype(inputsOf(at))
  const { shape } = at.input(0)
  const weight = at.input(1).shape
  if (shape === undefined || weight === undefined) return [known(dtype, undefined)]
  const [batch = '?', channels = '?', ...spatial] = shape
  const [inputs = '?', perGroup = '?', ...sizes] = weight
  if (typeof channels === 'number' && typeof inputs === 'number' && channels !== inputs) {
    throw new ShapeFault(`input has ${channels} channels, the weight ${shapeText(weight)} is for ${inputs}`)
  }
  const filters = typeof perGroup === 'number' ? perGroup * intOf(at.node, 'group', 1) : '?'
  const stated = intsOf(at.node, 'output_shape')
  if (stated !== undefined) return [known(dtype, [batch, filters, ...stated.slice(-spatial.length)])]
  const auto = stringOf(at.node, 'auto_pad', 'NOTSET')
  const kernel = sizes.map(size => (typeof size === 'number' ? size : 0))
  const window = windowOf({ ...at.node, attributes: without(at.node.attributes, 'auto_pad') }, kernel, spatial)
  const extra = intsOf(at.node, 'output_padding') ?? []
  const out = spatial.map((size, axis): Dimension => {
    if (typeof size !== 'number' || window === undefined) return '?'
    const { begin, end, extent, stride } = along(window, axis)
    if (auto.startsWith('SAME')) return size * stride
    return stride * (size - 1) + (extra[axis] ?? 0) + extent - begin - end
  })
  return [known(dtype, [batch, filters, ...out])]
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}

export const pool: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const kernel = intsOf(at.node, 'kernel_shape') ?? []
  if (shape === undefined) return [known(dtype, undefined), known('int64', undefined)]
  if (kernel.length !== shape.length - 2) {
    throw new ShapeFault(`kernel_shape [${kernel.join(', ')}] does not match input ${shapeText(shape)}`)
  }
  const [batch = '?', channels = '?', ...spatial] = shape
  const window = windowOf(at.node, kernel, spatial)
  const ceil = intOf(at.node, 'ceil_mode', 0) === 1
  const out = [batch, channels, ...(window ? slide(spatial, window, ceil) : unknownSizes(spatial))]
  return [known(dtype, out), known('int64', out)]
}

export const globalPool: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  return [
    known(
      dtype,
      shape?.map((size, axis) => (axis < 2 ? size : 1)),
    ),
  ]
}

/** Sizes as stated, or as scales of the input's. */
export const resize: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  if (shape === undefined) return [known(dtype, undefined)]
  const sizes = allNumbers(at.input(3).elements)
  const { numbers } = at.input(2)
  // Exporters give an empty vector where they give sizes.
  const scales = numbers?.length === 0 ? undefined : numbers
  if (sizes === undefined && scales === undefined) {
    const stated = at.input(3).elements
    const unknown = shape.map((): Dimension => '?')
    return [known(dtype, stated?.length === shape.length ? stated : unknown)]
  }
  return [known(dtype, resizedShape(at.node, shape, { sizes, scales }))]
}
