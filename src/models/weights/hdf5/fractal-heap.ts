import { BadWeights } from '../bad-weights.ts'
import { type Cursor, cursor } from '../cursor.ts'
import { addressIn, type Bounded } from './bounded.ts'

/** Where many links or attributes of one object lie (specification, III.G). */
export interface FractalHeap {
  /** The bytes that an identifier stands for. */
  object(id: Uint8Array): Uint8Array
}

interface Layout {
  readonly width: number
  readonly startSize: number
  readonly largestDirect: number
  readonly offsetBytes: number
  readonly lengthBytes: number
}

export function openFractalHeap(file: Bounded, address: number): FractalHeap {
  const at = file.signed(address, 140, 'FRHP')
  if (at.u8() !== 0) throw new BadWeights('it has heaps of an unknown version')
  at.skip(2)
  if (at.u16() !== 0) throw new BadWeights('it has compressed heaps, which are not read')
  at.skip(1)
  const largestObject = at.u32()
  // Twelve counts and places that only a writer needs.
  at.skip(12 * 8)
  const width = at.u16()
  const startSize = at.u64()
  const largestDirect = at.u64()
  const offsetBits = at.u16()
  at.skip(2)
  const root = addressIn(at)
  const rows = at.u16()
  const isSound =
    width > 0 && isPowerOf2(width) && isPowerOf2(startSize) && isPowerOf2(largestDirect) && startSize <= largestDirect
  if (root === undefined || !isSound || offsetBits > 64) throw new BadWeights('it is damaged: a heap has no blocks')
  const layout = {
    width,
    startSize,
    largestDirect,
    offsetBytes: Math.ceil(offsetBits / 8),
    lengthBytes: Math.min(Math.ceil(Math.log2(largestDirect) / 8), bytesFor(largestObject)),
  }
  return { object: id => readObject(file, cursor(id), { address: root, rows }, layout) }
}

function readObject(
  file: Bounded,
  id: Cursor,
  root: { readonly address: number; readonly rows: number },
  layout: Layout,
): Uint8Array {
  const first = id.u8()
  const kind = (first >> 4) & 3
  // Objects of a few bytes stand in their identifier.
  if (kind === 2) return id.bytes((first & 0x0f) + 1)
  if (kind !== 0) throw new BadWeights('it has names or attributes of more than 64 KiB in a heap, which are not read')
  const offset = id.uint(layout.offsetBytes)
  const length = id.uint(layout.lengthBytes)
  if (root.rows === 0) return file.piece(root.address + offset, length).bytes(length)
  return find(file, root, offset, length, layout)
}

/** Blocks double in size from the third row on; large ones hold tables of smaller ones. */
function find(
  file: Bounded,
  table: { readonly address: number; readonly rows: number },
  offset: number,
  length: number,
  layout: Layout,
): Uint8Array {
  const { width, startSize, largestDirect, offsetBytes } = layout
  const at = file.signed(table.address, 9 + offsetBytes + table.rows * width * 8, 'FHIB')
  at.skip(9 + offsetBytes)
  let start = 0
  for (let row = 0; row < table.rows; row++) {
    const size = row < 2 ? startSize : startSize * 2 ** (row - 1)
    for (let column = 0; column < width; column++) {
      const address = addressIn(at)
      if (offset >= start && offset < start + size) {
        if (address === undefined) throw new BadWeights('it is damaged: a heap lacks a block')
        if (size <= largestDirect) return file.piece(address + offset - start, length).bytes(length)
        const rows = Math.log2(size / (startSize * width)) + 1
        return find(file, { address, rows }, offset - start, length, layout)
      }
      start += size
    }
  }
  throw new BadWeights('it is damaged: a name lies outside its heap')
}

function isPowerOf2(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value))
}

/** How many bytes a number up to `most` takes. */
export function bytesFor(most: number): number {
  return Math.floor(Math.log2(Math.max(1, most)) / 8) + 1
}
