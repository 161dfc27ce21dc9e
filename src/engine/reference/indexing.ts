import { Problem } from '../../core/index.ts'
import { axisOf, eachIndex, generate, type NdArray, offsetOf, pick, stridesOf } from './array.ts'
import type { ReferenceOp, ReferenceOps } from './call.ts'

const fromEnd = (at: number, size: number): number => (at < 0 ? at + size : at)

const gather: ReferenceOp = call => {
  const value = call.input(0)
  const indices = call.input(1)
  const axis = axisOf(call.int('axis', 0), value.shape.length)
  const strides = stridesOf(indices.shape)
  const rank = indices.shape.length
  return pick(value, [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)], index => {
    const chosen = indices.data[offsetOf(index.slice(axis, axis + rank), strides)]!
    return [...index.slice(0, axis), fromEnd(chosen, value.shape[axis]!), ...index.slice(axis + rank)]
  })
}

const gatherElements: ReferenceOp = call => {
  const value = call.input(0)
  const indices = call.input(1)
  const axis = axisOf(call.int('axis', 0), value.shape.length)
  const strides = stridesOf(indices.shape)
  return pick(value, indices.shape, index =>
    index.with(axis, fromEnd(indices.data[offsetOf(index, strides)]!, value.shape[axis]!)),
  )
}

const combine: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_old, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
}

const scatterElements: ReferenceOp = call => {
  const value = call.input(0)
  const indices = call.input(1)
  const updates = call.input(2)
  const axis = axisOf(call.int('axis', 0), value.shape.length)
  const reduction = combine[call.string('reduction', 'none')]
  if (reduction === undefined) throw new Problem('Cannot run ScatterElements: its reduction is unknown')
  const strides = stridesOf(value.shape)
  const data = value.data.slice()
  eachIndex(indices.shape, (index, flat) => {
    const to = offsetOf(index.with(axis, fromEnd(indices.data[flat]!, value.shape[axis]!)), strides)
    data[to] = reduction(data[to]!, updates.data[flat]!)
  })
  return { ...value, data }
}

/** The index that a row of `indices` names, behind the axes that `indices` and the value share. */
function namedBy(indices: NdArray, value: NdArray, shared: number): (outer: readonly number[]) => readonly number[] {
  const depth = indices.shape.at(-1)!
  const strides = stridesOf(indices.shape)
  return outer => {
    const start = offsetOf([...outer, 0], strides)
    const named = Array.from({ length: depth }, (_, at) =>
      fromEnd(indices.data[start + at]!, value.shape[shared + at]!),
    )
    return [...outer.slice(0, shared), ...named]
  }
}

const gatherND: ReferenceOp = call => {
  const [value, indices] = [call.input(0), call.input(1)]
  const shared = call.int('batch_dims', 0)
  const outer = indices.shape.slice(0, -1)
  const find = namedBy(indices, value, shared)
  const shape = [...outer, ...value.shape.slice(shared + indices.shape.at(-1)!)]
  return pick(value, shape, index => [...find(index.slice(0, outer.length)), ...index.slice(outer.length)])
}

const scatterND: ReferenceOp = call => {
  const [value, indices, updates] = [call.input(0), call.input(1), call.input(2)]
  const reduction = combine[call.string('reduction', 'none')]
  if (reduction === undefined) throw new Problem('Cannot run ScatterND: its reduction is unknown')
  const outer = indices.shape.length - 1
  const find = namedBy(indices, value, 0)
  const strides = stridesOf(value.shape)
  const data = value.data.slice()
  eachIndex(updates.shape, (index, flat) => {
    const to = offsetOf([...find(index.slice(0, outer)), ...index.slice(outer)], strides)
    data[to] = reduction(data[to]!, updates.data[flat]!)
  })
  return { ...value, data }
}

const nonZero: ReferenceOp = call => {
  const value = call.input(0)
  const found: (readonly number[])[] = []
  eachIndex(value.shape, (index, flat) => {
    if (value.data[flat] !== 0) found.push([...index])
  })
  return generate('int64', [value.shape.length, found.length], ([axis, place]) => found[place!]![axis!]!)
}

export const indexing: ReferenceOps = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
}
