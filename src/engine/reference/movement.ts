import { elements, Problem } from '../../core/index.ts'
import { constantOf } from '../../graph/index.ts'
import { array, axisOf, fromTensor, generate, type NdArray, offsetOf, pick, stridesOf } from './array.ts'
import { broadcastShape, stretched } from './broadcast.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'

const reshaped = (value: NdArray, shape: readonly number[]): NdArray => array(value.dtype, shape, value.data)

/** `0` copies the size of that axis, unless `allowzero`; one `-1` takes what is left. */
const reshape: ReferenceOp = call => {
  const value = call.input(0)
  const wanted = call.integers(1, 'shape') ?? []
  const zeroIsZero = call.int('allowzero', 0) === 1
  const sizes = wanted.map((size, axis) => (size === 0 && !zeroIsZero ? value.shape[axis]! : size))
  const known = elements(sizes.filter(size => size !== -1))
  return reshaped(
    value,
    sizes.map(size => (size === -1 ? value.data.length / known : size)),
  )
}

const flatten: ReferenceOp = call => {
  const value = call.input(0)
  const given = call.int('axis', 1)
  const axis = given < 0 ? given + value.shape.length : given
  return reshaped(value, [elements(value.shape.slice(0, axis)), elements(value.shape.slice(axis))])
}

const transpose: ReferenceOp = call => {
  const value = call.input(0)
  const order = call.ints('perm') ?? value.shape.map((_, axis) => value.shape.length - 1 - axis)
  const back = order.map((_, axis) => order.indexOf(axis))
  return pick(
    value,
    order.map(axis => value.shape[axis]!),
    index => back.map(axis => index[axis]!),
  )
}

const squeeze: ReferenceOp = call => {
  const value = call.input(0)
  const axes = call.integers(1, 'axes')?.map(axis => axisOf(axis, value.shape.length))
  return reshaped(
    value,
    value.shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis))),
  )
}

const unsqueeze: ReferenceOp = call => {
  const value = call.input(0)
  const given = call.integers(1, 'axes') ?? []
  const rank = value.shape.length + given.length
  const axes = given.map(axis => axisOf(axis, rank))
  const sizes = [...value.shape]
  return reshaped(
    value,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.shift()!)),
  )
}

const expand: ReferenceOp = call => {
  const value = call.input(0)
  const shape = broadcastShape(value.shape, Array.from(call.input(1).data))
  return generate(value.dtype, shape, stretched(value, shape))
}

const concat: ReferenceOp = call => {
  const values = call.inputs.map((_, place) => call.input(place))
  const first = values[0]!
  const axis = axisOf(call.int('axis', 0), first.shape.length)
  const starts: number[] = []
  let size = 0
  for (const value of values) {
    starts.push(size)
    size += value.shape[axis]!
  }
  return generate(first.dtype, first.shape.with(axis, size), index => {
    const which = starts.findLastIndex((start, place) => start <= index[axis]! && values[place]!.shape[axis]! > 0)
    const inside = index.with(axis, index[axis]! - starts[which]!)
    return values[which]!.data[offsetOf(inside, stridesOf(values[which]!.shape))]!
  })
}

const split: ReferenceOp = call => {
  const value = call.input(0)
  const axis = axisOf(call.int('axis', 0), value.shape.length)
  const parts = call.int('num_outputs', call.node.outputs.length)
  const size = value.shape[axis]!
  const each = Math.ceil(size / parts)
  const sizes =
    call.integers(1, 'split') ?? Array.from({ length: parts }, (_, part) => Math.min(each, size - part * each))
  let start = 0
  return sizes.map(length => {
    const from = start
    start += length
    return pick(value, value.shape.with(axis, length), index => index.with(axis, index[axis]! + from))
  })
}

/** Starts and ends are counted from the back below zero and held to the value's ends; steps may be negative. */
const slice: ReferenceOp = call => {
  const value = call.input(0)
  const starts = call.integers(1, 'starts') ?? []
  const ends = call.integers(2, 'ends') ?? []
  const axes = call.integers(3, 'axes') ?? starts.map((_, axis) => axis)
  const steps = call.integers(4, 'steps') ?? starts.map(() => 1)
  const first = value.shape.map(() => 0)
  const step = value.shape.map(() => 1)
  const shape = [...value.shape]
  for (const [place, given] of axes.entries()) {
    const axis = axisOf(given, value.shape.length)
    const size = value.shape[axis]!
    const by = steps[place]!
    const hold = (at: number, low: number, high: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, low), high)
    const start = by > 0 ? hold(starts[place]!, 0, size) : hold(starts[place]!, 0, size - 1)
    const end = by > 0 ? hold(ends[place]!, 0, size) : hold(ends[place]!, -1, size - 1)
    first[axis] = start
    step[axis] = by
    shape[axis] = Math.max(0, Math.ceil((end - start) / by))
  }
  return pick(value, shape, index => index.map((at, axis) => first[axis]! + at * step[axis]!))
}

/** Where a place outside [0, size) is read from, or -1 for the constant. */
function paddedFrom(at: number, size: number, mode: string): number {
  if (at >= 0 && at < size) return at
  switch (mode) {
    case 'constant':
      return -1
    case 'edge':
      return at < 0 ? 0 : size - 1
    case 'reflect':
      return at < 0 ? -at : 2 * (size - 1) - at
    case 'wrap':
      return ((at % size) + size) % size
    default:
      throw new Problem(`Cannot run Pad: its mode is "${mode}", constant, edge, reflect or wrap was wanted`)
  }
}

const pad: ReferenceOp = call => {
  const value = call.input(0)
  const rank = value.shape.length
  const pads = call.integers(1, 'pads') ?? []
  const constant = call.inputs[2]?.data[0] ?? call.float('value', 0)
  const axes = call.integers(3, 'axes')?.map(axis => axisOf(axis, rank)) ?? value.shape.map((_, axis) => axis)
  const before = value.shape.map((_, axis) => (axes.includes(axis) ? pads[axes.indexOf(axis)]! : 0))
  const after = value.shape.map((_, axis) => (axes.includes(axis) ? pads[axes.indexOf(axis) + axes.length]! : 0))
  const mode = call.string('mode', 'constant')
  const strides = stridesOf(value.shape)
  const shape = value.shape.map((size, axis) => before[axis]! + size + after[axis]!)
  return generate(value.dtype, shape, index => {
    const from = index.map((at, axis) => paddedFrom(at - before[axis]!, value.shape[axis]!, mode))
    return from.includes(-1) ? constant : value.data[offsetOf(from, strides)]!
  })
}

const tile: ReferenceOp = call => {
  const value = call.input(0)
  const repeats = call.input(1).data
  return pick(
    value,
    value.shape.map((size, axis) => size * repeats[axis]!),
    index => index.map((at, axis) => at % value.shape[axis]!),
  )
}

const shapeOf: ReferenceOp = call => {
  const { shape } = call.input(0)
  const part = shape.slice(call.int('start', 0), call.int('end', shape.length))
  return array('int64', [part.length], part)
}

const constant: ReferenceOp = call => {
  const value = constantOf(call.node)
  if (value !== undefined) return fromTensor(value)
  throw new Problem('Cannot run Constant: it holds none of value, value_int, value_ints, value_float and value_floats')
}

const constantOfShape: ReferenceOp = call => {
  const filling = call.tensor('value') ?? array('float32', [1], [0])
  return generate(filling.dtype, Array.from(call.input(0).data), () => filling.data[0]!)
}

const range: ReferenceOp = call => {
  const [start, limit, step] = [call.input(0), call.input(1).data[0]!, call.input(2).data[0]!]
  const length = Math.max(0, Math.ceil((limit - start.data[0]!) / step))
  return generate(start.dtype, [length], ([at]) => start.data[0]! + at! * step)
}

/** [N, C, H, W] → [N, C/b², H·b, W·b]. */
const depthToSpace: ReferenceOp = call => {
  const value = call.input(0)
  const [n, c, h, w] = value.shape as [number, number, number, number]
  const block = call.int('blocksize', 1)
  const depth = c / (block * block)
  const columnsLast = call.string('mode', 'DCR') === 'CRD'
  return pick(value, [n, depth, h * block, w * block], ([image, channel, y, x]) => {
    const place = (y! % block) * block + (x! % block)
    const from = columnsLast ? channel! * block * block + place : place * depth + channel!
    return [image!, from, Math.floor(y! / block), Math.floor(x! / block)]
  })
}

const spaceToDepth: ReferenceOp = call => {
  const value = call.input(0)
  const [n, c, h, w] = value.shape as [number, number, number, number]
  const block = call.int('blocksize', 1)
  return pick(value, [n, c * block * block, h / block, w / block], ([image, channel, y, x]) => {
    const place = Math.floor(channel! / c)
    return [image!, channel! % c, y! * block + Math.floor(place / block), x! * block + (place % block)]
  })
}

/** The numbers on and above (or below) a diagonal of the last two axes; 0 elsewhere. */
const trilu: ReferenceOp = call => {
  const value = call.input(0)
  const diagonal = call.inputs[1]?.data[0] ?? 0
  const upper = call.int('upper', 1) === 1
  const strides = stridesOf(value.shape)
  return generate(value.dtype, value.shape, index => {
    const above = index.at(-1)! - index.at(-2)! - diagonal
    return (upper ? above >= 0 : above <= 0) ? value.data[offsetOf(index, strides)]! : 0
  })
}

const size = (call: Call): NdArray => array('int64', [], [call.input(0).data.length])

export const movement: ReferenceOps = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Shape: shapeOf,
  Size: size,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: trilu,
  Unsqueeze: unsqueeze,
}
