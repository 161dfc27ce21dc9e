import { array, axisOf, eachIndex, type NdArray, offsetOf, stridesOf } from './array.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'

/** Reduces the numbers that share one place in the output. */
type Reduction = (numbers: readonly number[]) => number

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0)
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b))

/** log Σ eˣ, without an overflow. */
function logSumExp(numbers: readonly number[]): number {
  const highest = largest(numbers)
  return highest + Math.log(total(numbers.map(x => Math.exp(x - highest))))
}

/** The axes as input or attribute; none means all, or with `noop_with_empty_axes` nothing. */
function axesOf(call: Call): readonly number[] {
  const rank = call.input(0).shape.length
  const axes = call.integers(1, 'axes') ?? []
  if (axes.length > 0) return axes.map(axis => axisOf(axis, rank))
  return call.int('noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis)
}

function reduce(value: NdArray, axes: readonly number[], keep: boolean, reduction: Reduction): NdArray {
  const kept = value.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  const groups = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): number[] => [])
  eachIndex(value.shape, (index, flat) => groups[offsetOf(index, strides)]!.push(value.data[flat]!))
  const shape = keep ? kept : kept.filter((_, axis) => !axes.includes(axis))
  return array(value.dtype, shape, groups.map(reduction))
}

const reducer =
  (reduction: Reduction): ReferenceOp =>
  call =>
    reduce(call.input(0), axesOf(call), call.int('keepdims', 1) === 1, reduction)

/** Before version 13 all axes from `axis` on (1 unless told) were normalised as one; since then the axis alone (the last unless told). */
function normalisedAxes(call: Call): readonly number[] {
  const rank = call.input(0).shape.length
  if (call.opset >= 13) return [axisOf(call.int('axis', -1), rank)]
  const first = axisOf(call.int('axis', 1), rank)
  return Array.from({ length: rank - first }, (_, axis) => first + axis)
}

function logSoftmax(call: Call): NdArray {
  const value = call.input(0)
  const axes = normalisedAxes(call)
  const logSum = reduce(value, axes, true, logSumExp)
  const strides = stridesOf(logSum.shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  const data = new Float64Array(value.data.length)
  eachIndex(value.shape, (index, flat) => {
    data[flat] = value.data[flat]! - logSum.data[offsetOf(index, strides)]!
  })
  return { ...value, data }
}

const cumSum: ReferenceOp = call => {
  const value = call.input(0)
  const axis = axisOf(call.input(1).data[0]!, value.shape.length)
  const [exclusive, reverse] = [call.int('exclusive', 0) === 1, call.int('reverse', 0) === 1]
  const strides = stridesOf(value.shape)
  const size = value.shape[axis]!
  const data = new Float64Array(value.data.length)
  eachIndex(value.shape, (index, flat) => {
    const at = index[axis]!
    const places = Array.from({ length: size }, (_, place) => place).filter(
      place => (reverse ? place > at : place < at) || (place === at && !exclusive),
    )
    data[flat] = total(places.map(place => value.data[offsetOf(index.with(axis, place), strides)]!))
  })
  return { ...value, data }
}

const argMax: ReferenceOp = call => {
  const value = call.input(0)
  const axis = axisOf(call.int('axis', 0), value.shape.length)
  const firstOfLargest = (numbers: readonly number[]): number => numbers.indexOf(largest(numbers))
  return { ...reduce(value, [axis], call.int('keepdims', 1) === 1, firstOfLargest), dtype: 'int64' }
}

export const reduction: ReferenceOps = {
  ArgMax: argMax,
  CumSum: cumSum,
  LogSoftmax: logSoftmax,
  ReduceL1: reducer(numbers => total(numbers.map(Math.abs))),
  ReduceL2: reducer(numbers => Math.sqrt(total(numbers.map(x => x * x)))),
  ReduceLogSum: reducer(numbers => Math.log(total(numbers))),
  ReduceLogSumExp: reducer(logSumExp),
  ReduceMax: reducer(largest),
  ReduceMean: reducer(numbers => total(numbers) / numbers.length),
  ReduceMin: reducer(numbers => numbers.reduce((a, b) => Math.min(a, b))),
  ReduceProd: reducer(numbers => numbers.reduce((product, x) => product * x, 1)),
  ReduceSum: reducer(total),
  ReduceSumSquare: reducer(numbers => total(numbers.map(x => x * x))),
  Softmax: call => {
    const logarithms = logSoftmax(call)
    return { ...logarithms, data: logarithms.data.map(x => Math.exp(x)) }
  },
}
