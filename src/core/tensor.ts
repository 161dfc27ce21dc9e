/** Element types of a tensor: the ones that ONNX graphs hold and our files need. */
export type Dtype =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string'

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[]

/** A dense, row-major array. `float16` is held as its bits in a Uint16Array, `bool` as 0 and 1 in a Uint8Array. */
export interface Tensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly data: TensorData
}

export type Tensors = Readonly<Record<string, Tensor>>

/** The number of elements that a shape holds; 1 for a scalar. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A tensor whose data has been checked against its shape. */
export function tensor(dtype: Dtype, shape: readonly number[], data: TensorData): Tensor {
  if (data.length !== elements(shape)) {
    throw new RangeError(
      `Cannot make a ${dtype} tensor of shape [${shape.join(', ')}]: it holds ${elements(shape)} elements, ${data.length} were given`,
    )
  }
  return { dtype, shape, data }
}

export function float32(shape: readonly number[], data: Float32Array | readonly number[]): Tensor {
  return tensor('float32', shape, data instanceof Float32Array ? data : Float32Array.from(data))
}

export function int64(shape: readonly number[], data: readonly (number | bigint)[]): Tensor {
  return tensor('int64', shape, BigInt64Array.from(data, wholeNumber))
}

/** The largest int64, which exporters write for "to the end", is one more as a number: it would come round as the least. */
function wholeNumber(value: number | bigint): bigint {
  const whole = BigInt(value)
  return whole > largestInt64 ? largestInt64 : whole
}

const largestInt64 = 2n ** 63n - 1n

export function scalar(value: number): Tensor {
  return float32([], [value])
}

/** The values of a float32 tensor, not copied. */
export function floats(value: Tensor): Float32Array {
  if (value.data instanceof Float32Array) return value.data
  throw new TypeError(`Cannot read the tensor as float32: it is ${value.dtype}`)
}

/** The values of any numeric tensor as plain numbers, copied. */
export function numbers(value: Tensor): number[] {
  if (value.dtype === 'string' || value.dtype === 'float16')
    throw new TypeError(`Cannot read ${value.dtype} as numbers`)
  return Array.from(value.data as ArrayLike<number | bigint>, Number)
}
