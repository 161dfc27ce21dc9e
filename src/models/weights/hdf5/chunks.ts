import { inflateSync } from 'node:zlib'
import { elements } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { cursor } from '../cursor.ts'
import type { Bounded } from './bounded.ts'

/** A filter that each chunk went through when it was written. */
export interface Filter {
  readonly id: number
  readonly values: readonly number[]
}

const filterIds = { deflate: 1, shuffle: 2, fletcher32: 3 }
const deepestTree = 16

/** Specification, IV.A.2.l. */
export function readFilters(body: Uint8Array): readonly Filter[] {
  const at = cursor(body)
  const version = at.u8()
  const count = at.u8()
  if (version === 1) at.skip(6)
  return Array.from({ length: count }, () => {
    const id = at.u16()
    const nameLength = version === 1 || id >= 256 ? at.u16() : 0
    at.skip(2)
    const values = at.u16()
    at.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength)
    const filter = { id, values: Array.from({ length: values }, () => at.u32()) }
    if (version === 1 && values % 2 === 1) at.skip(4)
    return filter
  })
}

export interface Chunked {
  readonly address: number
  readonly shape: readonly number[]
  readonly chunkShape: readonly number[]
  /** Bytes of an element. */
  readonly size: number
  readonly filters: readonly Filter[]
}

interface Chunk {
  readonly address: number
  readonly length: number
  /** Bit i set: filter i was left out. */
  readonly skipped: number
  readonly offset: readonly number[]
}

/** The bytes of an array that was written in pieces. @throws BadWeights when a piece is missing */
export function readChunks(file: Bounded, array: Chunked): Uint8Array {
  const { shape, chunkShape, size } = array
  const wanted = elements(shape.map((length, axis) => Math.ceil(length / chunkShape[axis]!)))
  const chunks = chunksBelow(file, array, array.address, deepestTree)
  if (chunks.length !== wanted || new Set(chunks.map(chunk => String(chunk.offset))).size !== wanted) {
    throw new BadWeights(`it is damaged: of the ${wanted} pieces of an array ${chunks.length} are there`)
  }
  const whole = file.room(elements(shape) * size)
  file.checkUnpacked(elements(chunkShape) * size)
  for (const chunk of chunks) {
    const bytes = unfilter(file.data(chunk.address, chunk.length), chunk.skipped, array)
    if (bytes.length !== elements(chunkShape) * size) throw new BadWeights('it is damaged: a piece has another size')
    place(bytes, chunk.offset, array, whole)
  }
  return whole
}

/** Specification, III.A.1, node type 1. */
function chunksBelow(file: Bounded, array: Chunked, address: number, depth: number): readonly Chunk[] {
  const rank = array.shape.length
  const at = file.signed(address, 20, 'TREE')
  if (at.u8() !== 1) throw new BadWeights('it is damaged: the index of an array is none')
  const level = at.u8()
  const count = at.u16()
  if (level > depth) throw new BadWeights('its structure has no end')
  const entries = file.piece(address + 24, count * (16 + (rank + 1) * 8))
  const found = Array.from({ length: count }, () => {
    const length = entries.u32()
    const skipped = entries.u32()
    const offset = Array.from({ length: rank }, () => entries.u64())
    entries.skip(8)
    return { length, skipped, offset, address: entries.u64() }
  })
  return level === 0 ? found : found.flatMap(child => chunksBelow(file, array, child.address, level - 1))
}

function unfilter(stored: Uint8Array, skipped: number, { filters, chunkShape, size }: Chunked): Uint8Array {
  let bytes = stored
  for (const [i, filter] of [...filters.entries()].reverse()) {
    if (skipped & (1 << i)) continue
    if (filter.id === filterIds.deflate) bytes = inflate(bytes, elements(chunkShape) * size + 4)
    else if (filter.id === filterIds.shuffle) bytes = unshuffle(bytes, size, filter)
    else if (filter.id === filterIds.fletcher32) bytes = bytes.subarray(0, -4)
    else throw new BadWeights(`it is compressed with HDF5 filter ${filter.id}, gzip, shuffle or none was wanted`)
  }
  return bytes
}

function inflate(bytes: Uint8Array, most: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: most })
  } catch (cause) {
    throw new BadWeights('it is damaged: a compressed piece cannot be unpacked', { cause })
  }
}

/** First bytes of all elements, then second bytes, and so on: back to elements. */
function unshuffle(bytes: Uint8Array, size: number, { values: [width = size] }: Filter): Uint8Array {
  if (width !== size) throw new BadWeights('it is damaged: a piece was shuffled by another size than its elements have')
  const count = Math.floor(bytes.length / size)
  const plain = new Uint8Array(bytes)
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) plain[i * size + byte] = bytes[byte * count + i]!
  }
  return plain
}

/** Copies a chunk to its place, row by row; what stands over the edge is dropped. */
function place(
  bytes: Uint8Array,
  offset: readonly number[],
  { shape, chunkShape, size }: Chunked,
  whole: Uint8Array,
): void {
  const copy = (axis: number, from: number, to: number): void => {
    const length = Math.min(chunkShape[axis]!, shape[axis]! - offset[axis]!)
    if (!(length > 0)) throw new BadWeights('it is damaged: a piece lies outside its array')
    const start = to * shape[axis]! + offset[axis]!
    if (axis === shape.length - 1) {
      const source = from * chunkShape[axis]!
      whole.set(bytes.subarray(source * size, (source + length) * size), start * size)
    } else for (let i = 0; i < length; i++) copy(axis + 1, from * chunkShape[axis]! + i, start + i)
  }
  copy(0, 0, 0)
}
