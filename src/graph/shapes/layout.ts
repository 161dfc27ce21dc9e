import { intOf, intsOf } from '../attributes.ts'
import type { Dimension, Shape } from '../graph.ts'
import { broadcastShapes, dimensionArithmetic, divide, multiply, shapeText, unify } from './dimensions.ts'
import type { Known, RuleNode, ShapeRule } from './rule.ts'
import {
  allNumbers,
  axesOf,
  axisOf,
  commonDtype,
  flatElements,
  inputsOf,
  known,
  knownFlat,
  ShapeFault,
} from './rule.ts'

export const concat: ShapeRule = at => {
  const parts = inputsOf(at)
  const dtype = commonDtype(parts)
  const elements = parts.every(part => part.elements !== undefined && part.shape?.length === 1)
    ? parts.flatMap(part => part.elements ?? [])
    : undefined
  const shapes = parts.flatMap(({ shape }) => (shape === undefined ? [] : [shape]))
  if (shapes.length !== parts.length) return [known(dtype, undefined)]
  const rank = shapes[0]?.length ?? 0
  const axis = axisOf(intOf(at.node, 'axis', 0), rank)
  return [
    known(
      dtype,
      shapes.reduce((a, b) => joined(a, b, axis)),
      elements,
    ),
  ]
}

function joined(a: Shape, b: Shape, axis: number): Shape {
  if (a.length !== b.length) throw new ShapeFault(`${shapeText(a)} and ${shapeText(b)} have different ranks`)
  return a.map((size, i) => {
    const other = b[i] ?? '?'
    if (i !== axis) return unify(size, other, `sizes of ${shapeText(a)} and ${shapeText(b)} on axis ${i}`)
    return dimensionArithmetic('Add', size, other)
  })
}

export const split: ShapeRule = at => {
  const { dtype, shape, elements } = at.input(0)
  const count = at.node.outputs.length
  if (shape === undefined) return at.node.outputs.map(() => known(dtype, undefined))
  const axis = axisOf(intOf(at.node, 'axis', 0), shape.length)
  const sizes =
    intsOf(at.node, 'split') ?? (at.has(1) ? allNumbers(at.input(1).elements) : equalParts(shape[axis], count))
  let start = 0
  return at.node.outputs.map((_, part) => {
    const size = sizes?.[part]
    const from = start
    start += size ?? 0
    const inner = size === undefined ? undefined : elements?.slice(from, start)
    return known(
      dtype,
      shape.map((whole, i) => (i === axis ? (size ?? '?') : whole)),
      inner,
    )
  })
}

/** Parts are rounded up, the last one is what remains. */
function equalParts(size: Dimension | undefined, count: number): readonly number[] | undefined {
  if (typeof size !== 'number') return undefined
  const part = Math.ceil(size / count)
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)))
}

export const reshape: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const target = at.input(1).elements
  if (target === undefined) {
    const rank = at.input(1).shape?.[0]
    return [known(dtype, typeof rank === 'number' ? Array.from({ length: rank }, () => '?') : undefined)]
  }
  const keepZero = intOf(at.node, 'allowzero', 0) === 1
  const wanted = target.map((size, i) => (size === 0 && !keepZero ? (shape?.[i] ?? '?') : size))
  const stated = wanted.filter(size => size !== -1)
  if (shape === undefined)
    return [
      known(
        dtype,
        wanted.map(size => (size === -1 ? '?' : size)),
      ),
    ]
  const rest = stated.length === wanted.length ? undefined : divide(shape, stated)
  const result = wanted.map(size => (size === -1 ? (rest ?? '?') : size))
  const before = multiply(shape)
  const after = multiply(result)
  if (typeof before === 'number' && typeof after === 'number' && before !== after) {
    throw new ShapeFault(`${shapeText(shape)} holds ${before} elements, ${shapeText(result)} holds ${after}`)
  }
  return [knownFlat(dtype, result, flatElements(at.input(0)))]
}

export const flatten: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  if (shape === undefined) return [known(dtype, ['?', '?'])]
  const stated = intOf(at.node, 'axis', 1)
  const axis = stated < 0 ? stated + shape.length : stated
  return [known(dtype, [multiply(shape.slice(0, axis)), multiply(shape.slice(axis))])]
}

export const transpose: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  if (shape === undefined) return [known(dtype, undefined)]
  const order = intsOf(at.node, 'perm') ?? [...shape.keys()].reverse()
  if (order.length !== shape.length) {
    throw new ShapeFault(`perm [${order.join(', ')}] does not match input ${shapeText(shape)}`)
  }
  const result = order.map(axis => shape[axisOf(axis, shape.length)] ?? '?')
  return [knownFlat(dtype, result, transposedTable(at.input(0), order))]
}

/** The elements of a matrix whose axes are swapped. */
function transposedTable({ shape, table }: Known, order: readonly number[]): readonly Dimension[] | undefined {
  const [rows, columns] = allNumbers(shape) ?? []
  if (table === undefined || shape?.length !== 2 || order[0] !== 1) return undefined
  return Array.from({ length: table.length }, (_, at) => table[(at % rows!) * columns! + Math.floor(at / rows!)] ?? '?')
}

export const squeeze: ShapeRule = at => {
  const { dtype, shape, elements } = at.input(0)
  const axes = axesOf(at, 1)
  if (shape === undefined || axes === undefined) return [known(dtype, undefined, elements)]
  if (axes === 'absent') {
    return [
      known(
        dtype,
        allNumbers(shape)?.filter(size => size !== 1),
        elements,
      ),
    ]
  }
  const gone = new Set(axes.map(axis => axisOf(axis, shape.length)))
  for (const axis of gone) {
    const size = shape[axis]
    if (typeof size === 'number' && size !== 1) throw new ShapeFault(`axis ${axis} of ${shapeText(shape)} is not 1`)
  }
  return [
    known(
      dtype,
      shape.filter((_, axis) => !gone.has(axis)),
      elements,
    ),
  ]
}

export const unsqueeze: ShapeRule = at => {
  const { dtype, shape, elements } = at.input(0)
  const axes = axesOf(at, 1)
  if (shape === undefined || axes === undefined || axes === 'absent') return [known(dtype, undefined)]
  const rank = shape.length + axes.length
  const added = new Set(axes.map(axis => axisOf(axis, rank)))
  const rest = [...shape]
  const result = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? '?')))
  return [known(dtype, result, rank === 1 ? elements : undefined)]
}

export const expand: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const target = at.input(1).elements
  return [known(dtype, shape && target ? broadcastShapes([shape, target]) : undefined)]
}

export const tile: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const repeats = at.input(1).elements
  return [
    known(
      dtype,
      shape?.map((size, axis) => dimensionArithmetic('Mul', size, repeats?.[axis] ?? '?')),
    ),
  ]
}

export const pad: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const pads = intsOf(at.node, 'pads') ?? allNumbers(at.input(1).elements)
  if (shape === undefined) return [known(dtype, undefined)]
  const axes = at.has(3) ? allNumbers(at.input(3).elements) : [...shape.keys()]
  if (pads === undefined || axes === undefined)
    return [
      known(
        dtype,
        shape.map(() => '?'),
      ),
    ]
  if (pads.length !== 2 * axes.length) {
    throw new ShapeFault(`${pads.length} pads were given for ${axes.length} axes, two for each were wanted`)
  }
  const added = new Map(
    axes.map((axis, i) => [axisOf(axis, shape.length), (pads[i] ?? 0) + (pads[i + axes.length] ?? 0)]),
  )
  return [
    known(
      dtype,
      shape.map((size, axis) => dimensionArithmetic('Add', size, added.get(axis) ?? 0)),
    ),
  ]
}

export const shapeOf: ShapeRule = at => {
  const { shape } = at.input(0)
  if (shape === undefined) return [known('int64', undefined)]
  const elements = shape.slice(intOf(at.node, 'start', 0), intOf(at.node, 'end', shape.length))
  return [known('int64', [elements.length], elements)]
}

export const sizeOf: ShapeRule = at => {
  const { shape } = at.input(0)
  return [known('int64', [], shape && [multiply(shape)])]
}

/** [N, C, H, W] → [N, C/b², H·b, W·b] */
export const depthToSpace: ShapeRule = at => blocks(at, (size, block) => divideBy(size, block * block), multiplyBy)

/** [N, C, H, W] → [N, C·b², H/b, W/b] */
export const spaceToDepth: ShapeRule = at => blocks(at, (size, block) => multiplyBy(size, block * block), divideBy)

type BySize = (size: Dimension, by: number) => Dimension

function blocks(at: RuleNode, channels: BySize, spatial: BySize): readonly Known[] {
  const { dtype, shape } = at.input(0)
  const block = intOf(at.node, 'blocksize', 1)
  const [n = '?', c = '?', h = '?', w = '?'] = shape ?? []
  return [known(dtype, shape && [n, channels(c, block), spatial(h, block), spatial(w, block)])]
}

const multiplyBy: BySize = (size, by) => dimensionArithmetic('Mul', size, by)
const divideBy: BySize = (size, by) => dimensionArithmetic('Div', size, by)
