import { createHash } from 'node:crypto'
import type { Film } from '../imaging/index.ts'

/**
 * A resized film in the pixel cache: 'CHPX', format number, width and height (uint32 each), SHA-256 of the pixels (32 bytes),
 * then the pixels (uint16), all little-endian.
 */
const mark = 0x58504843
const format = 1
const headerBytes = 48

/** Size of an entry in bytes. */
export function entryBytes(width: number, height: number): number {
  return headerBytes + 2 * width * height
}

export function encodeEntry({ width, height, pixels }: Film): Uint8Array {
  const bytes = new Uint8Array(entryBytes(width, height))
  const header = new DataView(bytes.buffer)
  for (const [i, value] of [mark, format, width, height].entries()) header.setUint32(4 * i, value, true)
  const body = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  bytes.set(checksum(body), 16)
  bytes.set(body, headerBytes)
  return bytes
}

/** The film, or nothing when a single bit of the entry is not as it was written. */
export function decodeEntry(bytes: Uint8Array): Film | undefined {
  if (bytes.length < headerBytes) return undefined
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
  const width = header.getUint32(8, true)
  const height = header.getUint32(12, true)
  if (header.getUint32(0, true) !== mark || header.getUint32(4, true) !== format) return undefined
  if (bytes.length !== entryBytes(width, height)) return undefined
  const body = bytes.slice(headerBytes)
  if (checksum(body).compare(bytes, 16, headerBytes) !== 0) return undefined
  return { width, height, pixels: new Uint16Array(body.buffer, body.byteOffset, width * height) }
}

function checksum(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest()
}
