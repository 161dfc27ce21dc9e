import { constantOf, intOf, intsOf, tensorOfAttribute } from '../attributes.ts'
import type { Dimension, Shape } from '../graph.ts'
import { knownOfTensor, mostElements } from './known-tensor.ts'
import type { RuleNode, ShapeRule } from './rule.ts'
import { allNumbers, axisOf, known } from './rule.ts'

export const gather: ShapeRule = at => {
  const data = at.input(0)
  const indices = at.input(1)
  if (data.shape === undefined || indices.shape === undefined) return [known(data.dtype, undefined)]
  const axis = axisOf(intOf(at.node, 'axis', 0), data.shape.length)
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)]
  const picked = allNumbers(indices.elements)
  const elements = data.elements && picked?.map(index => data.elements?.at(index) ?? '?')
  return [known(data.dtype, shape, shape.length <= 1 ? elements : undefined)]
}

export const gatherElements: ShapeRule = at => [known(at.input(0).dtype, at.input(1).shape)]

export const gatherND: ShapeRule = at => {
  const { dtype, shape } = at.input(0)
  const indices = at.input(1).shape
  const depth = indices?.at(-1)
  if (shape === undefined || indices === undefined || typeof depth !== 'number') return [known(dtype, undefined)]
  return [known(dtype, [...indices.slice(0, -1), ...shape.slice(intOf(at.node, 'batch_dims', 0) + depth)])]
}

interface Slice {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly axes: readonly number[]
  readonly steps: readonly number[]
}

/** Attributes before operator set 10, inputs since. Undefined when one of them is computed. */
function sliceOf(at: RuleNode, rank: number): Slice | undefined {
  const part = (name: string, index: number): readonly number[] | undefined =>
    intsOf(at.node, name) ?? allNumbers(at.input(index).elements)
  const starts = part('starts', 1)
  const ends = part('ends', 2)
  const axes = part('axes', 3) ?? (at.has(3) ? undefined : starts?.map((_, i) => i))
  const steps = part('steps', 4) ?? (at.has(4) ? undefined : starts?.map(() => 1))
  if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) return undefined
  return { starts, ends, axes: axes.map(axis => axisOf(axis, rank)), steps }
}

export const slice: ShapeRule = at => {
  const { dtype, shape, elements, table } = at.input(0)
  if (shape === undefined) return [known(dtype, undefined)]
  const found = sliceOf(at, shape.length)
  if (found === undefined) return [known(dtype, unknownOnSlicedAxes(at, shape))]
  const result = [...shape]
  let inner = elements
  let rows = table
  for (const [i, axis] of found.axes.entries()) {
    const indices = sliceIndices(shape[axis] ?? '?', found.starts[i] ?? 0, found.ends[i] ?? 0, found.steps[i] ?? 1)
    result[axis] = typeof indices === 'string' ? indices : indices.length
    inner = typeof indices === 'string' ? undefined : indices.map(index => elements?.[index] ?? '?')
    rows = typeof indices === 'string' || axis !== 0 ? undefined : rows && rowsOf(rows, indices, shape)
  }
  return [{ ...known(dtype, result, elements && inner), ...(rows !== undefined && { table: rows }) }]
}

/** Some rows of a matrix; undefined for anything else. */
function rowsOf(table: readonly Dimension[], rows: readonly number[], shape: Shape): readonly Dimension[] | undefined {
  const [, columns] = shape
  if (shape.length !== 2 || typeof columns !== 'number') return undefined
  return rows.flatMap(row => table.slice(row * columns, (row + 1) * columns))
}

function unknownOnSlicedAxes(at: RuleNode, shape: Shape): Shape {
  const axes = allNumbers(at.input(3).elements)?.map(axis => axisOf(axis, shape.length))
  return shape.map((size, axis) => (axes === undefined || axes.includes(axis) ? '?' : size))
}

/** The places that a slice takes of one axis; a name when the whole axis of that name is taken, else `'?'`. */
function sliceIndices(size: Dimension, start: number, end: number, step: number): readonly number[] | string {
  if (typeof size !== 'number') return start === 0 && end >= 2 ** 31 - 1 && step === 1 ? size : '?'
  const low = step > 0 ? 0 : -1
  const clamp = (place: number): number =>
    Math.min(Math.max(place < 0 ? place + size : place, low), step > 0 ? size : size - 1)
  const first = clamp(start)
  const count = Math.max(0, Math.ceil((clampEnd(end, size, step, clamp) - first) / step))
  return Array.from({ length: count }, (_, i) => first + i * step)
}

/** Going backwards, an end far below zero means "past the first". */
function clampEnd(end: number, size: number, step: number, clamp: (place: number) => number): number {
  return step < 0 && end < -size ? -1 : clamp(end)
}

export const constant: ShapeRule = at => {
  const value = constantOf(at.node)
  return [value === undefined ? {} : knownOfTensor(value)]
}

export const constantOfShape: ShapeRule = at => {
  const value = tensorOfAttribute(at.node, 'value')
  const shape = at.input(0).elements
  const [length] = shape ?? []
  const fill = value === undefined ? undefined : knownOfTensor(value).elements?.[0]
  const small = shape?.length === 1 && typeof length === 'number' && length <= mostElements && fill !== undefined
  return [known(value?.dtype ?? 'float32', shape, small ? new Array<Dimension>(length).fill(fill) : undefined)]
}

export const range: ShapeRule = at => {
  const [start, limit, delta] = [0, 1, 2].map(index => at.input(index).elements?.[0])
  const dtype = at.input(0).dtype
  if (typeof start !== 'number' || typeof delta !== 'number') return [known(dtype, ['?'])]
  if (typeof limit !== 'number') return [known(dtype, [start === 0 && delta === 1 ? (limit ?? '?') : '?'])]
  const length = Math.max(0, Math.ceil((limit - start) / delta))
  const elements = length > mostElements ? undefined : Array.from({ length }, (_, at_) => start + at_ * delta)
  return [known(dtype, [length], elements)]
}

export const nonZero: ShapeRule = at => [known('int64', at.input(0).shape && [at.input(0).shape?.length ?? '?', '?'])]
