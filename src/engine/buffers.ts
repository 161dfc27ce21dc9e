import { setImmediate } from 'node:timers/promises'
import type { Tensor, TensorData, Tensors } from '../core/index.ts'

/** Copied at once without anyone noticing: some milliseconds. */
const slice = 8 * 2 ** 20

/** The buffers that may move to another thread. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of Object.values(tensors)) {
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer)
  }
  return [...buffers]
}

/** Tensors over buffers of their own, which may be given away. Large ones are copied in slices, so that others get a turn. */
export async function copyTensors(tensors: Tensors): Promise<Tensors> {
  const copies: Record<string, Tensor> = {}
  for (const [name, value] of Object.entries(tensors)) {
    copies[name] = { ...value, data: await copyData(value.data) }
  }
  return copies
}

/** As `copyTensors`, but only what cannot be given away is copied: a part of a larger buffer, or a shared one. */
export async function ownTensors(tensors: Tensors): Promise<Tensors> {
  const own: Record<string, Tensor> = {}
  for (const [name, value] of Object.entries(tensors)) {
    own[name] = ownsBuffer(value.data) ? value : { ...value, data: await copyData(value.data) }
  }
  return own
}

function ownsBuffer(data: TensorData): boolean {
  return ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer && data.buffer.byteLength === data.byteLength
}

async function copyData(data: TensorData): Promise<TensorData> {
  if (!ArrayBuffer.isView(data) || data.byteLength <= slice) return data.slice()
  const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const copy = emptyLike(data)
  const target = new Uint8Array(copy.buffer)
  for (let from = 0; from < source.length; from += slice) {
    target.set(source.subarray(from, from + slice), from)
    await setImmediate()
  }
  return copy
}

function emptyLike(data: Exclude<TensorData, readonly string[]>): Exclude<TensorData, readonly string[]> {
  if (data instanceof Float32Array) return new Float32Array(data.length)
  if (data instanceof Float64Array) return new Float64Array(data.length)
  if (data instanceof Int8Array) return new Int8Array(data.length)
  if (data instanceof Uint8Array) return new Uint8Array(data.length)
  if (data instanceof Int16Array) return new Int16Array(data.length)
  if (data instanceof Uint16Array) return new Uint16Array(data.length)
  if (data instanceof Int32Array) return new Int32Array(data.length)
  if (data instanceof Uint32Array) return new Uint32Array(data.length)
  if (data instanceof BigInt64Array) return new BigInt64Array(data.length)
  return new BigUint64Array(data.length)
}
