import { type Dtype, elements, Problem, type Tensor, tensor } from '../../core/index.ts'

/** A value of the reference: whatever its element type, its numbers are held in float64, row-major. */
export interface NdArray {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export function array(dtype: Dtype, shape: readonly number[], data: ArrayLike<number>): NdArray {
  if (data.length !== elements(shape)) {
    throw new RangeError(
      `Cannot make an array of shape [${shape.join(', ')}]: ${data.length} numbers were given, ${elements(shape)} are wanted`,
    )
  }
  return { dtype, shape, data: data instanceof Float64Array ? data : Float64Array.from(data) }
}

export function isFloat(dtype: Dtype): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16'
}

export function fromTensor(value: Tensor): NdArray {
  if (value.dtype === 'string') throw new Problem('Cannot compute with a tensor of strings: numbers were wanted')
  const numbers = Array.from(value.data as ArrayLike<number | bigint>, Number)
  return array(value.dtype, value.shape, value.dtype === 'float16' ? numbers.map(halfToNumber) : numbers)
}

/** Floating-point values leave as float64, whatever they are declared as; the others keep their type. */
export function toTensor({ dtype, shape, data }: NdArray): Tensor {
  if (isFloat(dtype)) return tensor('float64', shape, data)
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return tensor(dtype, shape, Uint8Array.from(data))
    case 'int8':
      return tensor(dtype, shape, Int8Array.from(data))
    case 'int16':
      return tensor(dtype, shape, Int16Array.from(data))
    case 'uint16':
      return tensor(dtype, shape, Uint16Array.from(data))
    case 'int32':
      return tensor(dtype, shape, Int32Array.from(data))
    case 'uint32':
      return tensor(dtype, shape, Uint32Array.from(data))
    case 'int64':
      return tensor(dtype, shape, BigInt64Array.from(Array.from(data, BigInt)))
    case 'uint64':
      return tensor(dtype, shape, BigUint64Array.from(Array.from(data, BigInt)))
    default:
      throw new Problem(`Cannot make a tensor of ${dtype}: the reference computes with numbers only`)
  }
}

/** How far apart neighbours along each axis stand in row-major data. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!
  return strides
}

/** The place in row-major data of an index. */
export function offsetOf(index: readonly number[], strides: readonly number[]): number {
  let offset = 0
  for (let axis = 0; axis < strides.length; axis++) offset += index[axis]! * strides[axis]!
  return offset
}

/** Visits every index of a shape in row-major order. The index array is the same one each time. */
export function eachIndex(shape: readonly number[], visit: (index: readonly number[], flat: number) => void): void {
  const index = new Array<number>(shape.length).fill(0)
  const count = elements(shape)
  for (let flat = 0; flat < count; flat++) {
    visit(index, flat)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1
      if (index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

/** An array whose number at each index is computed from that index. */
export function generate(dtype: Dtype, shape: readonly number[], at: (index: readonly number[]) => number): NdArray {
  const data = new Float64Array(elements(shape))
  eachIndex(shape, (index, flat) => {
    data[flat] = at(index)
  })
  return { dtype, shape, data }
}

/** An array of `shape` whose number at each index stands in `value` at the index that `from` computes. */
export function pick(
  value: NdArray,
  shape: readonly number[],
  from: (index: readonly number[]) => readonly number[],
): NdArray {
  const strides = stridesOf(value.shape)
  return generate(value.dtype, shape, index => value.data[offsetOf(from(index), strides)]!)
}

/** An axis counted from the front; ONNX counts from the back below zero. */
export function axisOf(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new RangeError(`Axis ${axis} is outside a value of rank ${rank}`)
  return axis < 0 ? axis + rank : axis
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024)
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}
