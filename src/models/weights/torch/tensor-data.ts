import { elements, type Tensor } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { byteLength, bytesOf, type FileDtype, numbersIn, tensorOf } from '../float-data.ts'
import { type Storage, type StoredTensor, Tuple, type Value } from './values.ts'

const storageTypes: Readonly<Record<string, FileDtype>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}

/** Types without a storage class of their own. */
const untypedTypes: Readonly<Record<string, FileDtype>> = {
  'torch.uint16': 'uint16',
  'torch.uint32': 'uint32',
  'torch.uint64': 'uint64',
}

/** PyTorch's own limit. */
const mostDimensions = 64

/** Bytes of an element of a storage; 1 where the storage says nothing of its type. */
export function storageWidth(storage: Storage): number {
  if (storage.kind === 'UntypedStorage') return 1
  return bytesOf[dtypeOf(storage.kind, storageTypes)]
}

function dtypeOf(name: string | undefined, types: Readonly<Record<string, FileDtype>>): FileDtype {
  const dtype = name !== undefined && Object.hasOwn(types, name) ? types[name] : undefined
  if (dtype !== undefined) return dtype
  throw new BadWeights(`it has tensors of type ${name ?? 'unknown'}, real numbers or integers were wanted`)
}

/** Makes tensors of storages. */
export interface TensorMaker {
  /** @param name for an error. @throws BadWeights when the view reaches beyond its storage */
  tensor(stored: StoredTensor, name: string): Tensor
}

/**
 * @param bytesIn the bytes of a storage
 * @param most bytes that all tensors may take together: a view may repeat its numbers, but not without end
 */
export function tensorMaker(bytesIn: (storage: Storage) => Uint8Array, most: number): TensorMaker {
  let room = most
  const read = new Map<string, Uint8Array>()
  const bytesOnce = (storage: Storage): Uint8Array => {
    const bytes = read.get(storage.key) ?? bytesIn(storage)
    if (bytes.length !== storage.length * storageWidth(storage)) {
      throw new BadWeights(`its storage "${storage.key}" has two lengths`)
    }
    read.set(storage.key, bytes)
    return bytes
  }
  return {
    tensor: (stored, name) => {
      const { storage } = stored
      const isUntyped = storage.kind === 'UntypedStorage'
      const dtype = isUntyped ? dtypeOf(stored.dtype, untypedTypes) : dtypeOf(storage.kind, storageTypes)
      const shape = sizesIn(stored.shape, name)
      const strides = sizesIn(stored.strides, name)
      const [offset] = sizesIn([stored.offset], name)
      const length = isUntyped ? Math.floor(storage.length / bytesOf[dtype]) : storage.length
      if (strides.length !== shape.length || shape.length > mostDimensions || offset === undefined) {
        throw new BadWeights(`the shape of "${name}" makes no sense`)
      }
      const bytes = byteLength(dtype, shape)
      room -= bytes
      if (!(room >= 0)) throw new BadWeights(`"${name}" and what is before it are larger than the file can hold`)
      if (bytes > 0 && lastIndex(offset, shape, strides) >= length) {
        throw new BadWeights(`"${name}" reaches beyond its storage`)
      }
      if (bytes === 0) return tensorOf(dtype, shape, numbersIn(new Uint8Array(), dtype))
      return tensorOf(dtype, shape, view(bytesOnce(storage), dtype, { offset, shape, strides }))
    },
  }
}

function sizesIn(value: Value, name: string): readonly number[] {
  const sizes = value instanceof Tuple ? value.items : Array.isArray(value) ? value : []
  return sizes.map(size => {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
    throw new BadWeights(`the shape of "${name}" makes no sense`)
  })
}

function lastIndex(offset: number, shape: readonly number[], strides: readonly number[]): number {
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset)
}

interface Place {
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

type Numbers = ReturnType<typeof numbersIn>

/** The elements of a view in the order of its own axes: a part of the storage where they lie so, else a copy. */
function view(bytes: Uint8Array, dtype: FileDtype, { offset, shape, strides }: Place): Numbers {
  const numbers = numbersIn(bytes, dtype)
  const count = elements(shape)
  if (isDense(shape, strides)) return numbers.subarray(offset, offset + count)
  const out = numbersIn(new Uint8Array(byteLength(dtype, shape)), dtype)
  const index = shape.map(() => 0)
  let from = offset
  for (let to = 0; to < count; to++) {
    out[to] = numbers[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      from -= index[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
  return out
}

function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    // Where there is one element, its stride says nothing.
    if (shape[axis] !== 1 && strides[axis] !== step) return false
    step *= shape[axis]!
  }
  return true
}
