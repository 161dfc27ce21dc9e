import { elements, type Tensor, type TensorData, tensor } from '../../core/index.ts'

/** How weight files hold numbers, little-endian. */
export type FileDtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'uint64'
  | 'int32'
  | 'uint32'
  | 'int16'
  | 'uint16'
  | 'int8'
  | 'uint8'
  | 'bool'

export const bytesOf: Readonly<Record<FileDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  uint64: 8,
  int32: 4,
  uint32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

type Numeric = Exclude<TensorData, readonly string[]>

/** Numbers as a file holds them; float16 and bfloat16 as their bits. A view of the bytes where alignment allows. */
export function numbersIn(bytes: Uint8Array, dtype: FileDtype): Numeric {
  const width = bytesOf[dtype]
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)
  const { buffer, byteOffset, byteLength } = aligned
  const length = byteLength / width
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer, byteOffset, length)
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length)
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length)
    case 'int32':
      return new Int32Array(buffer, byteOffset, length)
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length)
    case 'int16':
      return new Int16Array(buffer, byteOffset, length)
    case 'float16':
    case 'bfloat16':
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, length)
    case 'int8':
      return new Int8Array(buffer, byteOffset, length)
    case 'uint8':
    case 'bool':
      return aligned
    default:
      throw new TypeError(dtype satisfies never)
  }
}

/** A tensor of numbers as a file holds them: every float becomes float32. */
export function tensorOf(dtype: FileDtype, shape: readonly number[], data: Numeric): Tensor {
  switch (dtype) {
    case 'float64':
      return tensor('float32', shape, Float32Array.from(data as Float64Array))
    case 'float16':
      return tensor('float32', shape, fromHalves(data as Uint16Array))
    case 'bfloat16':
      return tensor('float32', shape, fromBrainFloats(data as Uint16Array))
    default:
      return tensor(dtype, shape, data)
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function fromHalves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, half => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
}

/** bfloat16 is the upper half of a float32. */
function fromBrainFloats(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, half => half << 16).buffer)
}

/** The bytes that a tensor takes in a file; NaN when a size is no whole number or there are too many. */
export function byteLength(dtype: FileDtype, shape: readonly number[]): number {
  const whole = shape.every(size => Number.isSafeInteger(size) && size >= 0)
  const bytes = whole ? elements(shape) * bytesOf[dtype] : Number.NaN
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN
}
