import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/**
 * Rows of equal size as a file: 'CHFR', format number, bytes of a row and count of rows (uint32 each), SHA-256 of this head but for
 * itself (32 bytes), for each row its key (32 bytes) and the CRC-32 of its bytes (uint32); then the rows. All little-endian.
 */
const mark = 0x52464843
const format = 1
const fixedBytes = 48
const tableBytes = 36

/** What a chunk says of its rows. */
export interface ChunkHead {
  readonly rowBytes: number
  /** SHA-256 in hexadecimal digits, one a row. */
  readonly keys: readonly string[]
  readonly checks: Uint32Array
}

/** Bytes of a file with so many rows. */
export function chunkBytes(count: number, rowBytes: number): number {
  return rowAt(count, rowBytes, count)
}

/** Where a row begins. @param count of the chunk */
export function rowAt(count: number, rowBytes: number, position: number): number {
  return fixedBytes + tableBytes * count + rowBytes * position
}

/** @param rows one for each key, of `rowBytes` each */
export function encodeChunk(
  keys: readonly string[],
  rows: readonly Uint8Array[],
  rowBytes: number,
): { readonly bytes: Uint8Array; readonly head: ChunkHead } {
  const count = keys.length
  const checks = Uint32Array.from(rows, row => crc32(row))
  const bytes = new Uint8Array(chunkBytes(count, rowBytes))
  const view = new DataView(bytes.buffer)
  for (const [i, value] of [mark, format, rowBytes, count].entries()) view.setUint32(4 * i, value, true)
  for (const [i, key] of keys.entries()) {
    const at = fixedBytes + tableBytes * i
    const row = rows[i]
    if (row?.length !== rowBytes) throw new RangeError(`Cannot keep row ${i}: ${rowBytes} bytes are wanted`)
    bytes.set(Buffer.from(key, 'hex'), at)
    view.setUint32(at + 32, checks[i]!, true)
    bytes.set(row, rowAt(count, rowBytes, i))
  }
  bytes.set(headDigest(bytes.subarray(0, rowAt(count, rowBytes, 0))), 16)
  return { bytes, head: { rowBytes, keys, checks } }
}

/** Reads what a chunk says of its rows; nothing when the file is no chunk, is cut off or says something else than was written. */
export async function readHead(file: FileHandle, size: number): Promise<ChunkHead | undefined> {
  const fixed = await bytesAt(file, 0, fixedBytes)
  if (fixed === undefined) return undefined
  const view = new DataView(fixed.buffer)
  if (view.getUint32(0, true) !== mark || view.getUint32(4, true) !== format) return undefined
  const rowBytes = view.getUint32(8, true)
  const count = view.getUint32(12, true)
  // Before anything of this size is asked for.
  if (chunkBytes(count, rowBytes) !== size) return undefined
  const head = await bytesAt(file, 0, rowAt(count, rowBytes, 0))
  if (head === undefined || headDigest(head).compare(head, 16, fixedBytes) !== 0) return undefined
  const table = new DataView(head.buffer)
  const hex = Buffer.from(head.buffer)
  const starts = Array.from({ length: count }, (_, i) => fixedBytes + tableBytes * i)
  return {
    rowBytes,
    keys: starts.map(at => hex.toString('hex', at, at + 32)),
    checks: Uint32Array.from(starts, at => table.getUint32(at + 32, true)),
  }
}

/** Reads one row into a buffer. @returns whether it is as it was written */
export async function readRow(file: FileHandle, head: ChunkHead, position: number, into: Uint8Array): Promise<boolean> {
  const { rowBytes, keys, checks } = head
  const { bytesRead } = await file.read(into, 0, rowBytes, rowAt(keys.length, rowBytes, position))
  return bytesRead === rowBytes && crc32(into) === checks[position]
}

async function bytesAt(file: FileHandle, from: number, length: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await file.read(bytes, 0, length, from)
  return bytesRead === length ? bytes : undefined
}

function headDigest(head: Uint8Array): Buffer {
  const hash = createHash('sha256')
  return hash.update(head.subarray(0, 16)).update(head.subarray(fixedBytes)).digest()
}
