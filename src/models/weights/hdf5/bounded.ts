import { BadWeights } from '../bad-weights.ts'
import type { ByteSource } from '../byte-source.ts'
import { type Cursor, cursor } from '../cursor.ts'

/** Pieces of metadata that may be read, over and over included: fifty times what the largest networks need. */
const mostPieces = 500_000
/** Bytes of them. */
const mostMetadata = 1 << 26

/** Bytes of texts: a list may name one long text a million times. */
const mostText = 1 << 28

/** Bytes that compressed arrays may unpack to for each byte of the file. Weights hardly shrink. */
const largestRatio = 200

/** A file whose metadata can lead in circles without end only as far as the limits allow. */
export interface Bounded {
  readonly size: number
  /** A piece of metadata, from a place on. @throws BadWeights when there were too many of them */
  piece(address: number, length: number): Cursor
  /** Like `piece`, after a signature of four letters. */
  signed(address: number, length: number, signature: string): Cursor
  /** Numbers of a weight. @throws BadWeights when weights take more bytes together than the file has */
  data(address: number, length: number): Uint8Array
  /** Room for an array that is put together of pieces. @throws BadWeights when arrays are far larger than the file */
  room(length: number): Uint8Array
  /** @throws BadWeights when so many bytes are far more than can be packed into the file */
  checkUnpacked(length: number): void
  /** Letters of texts. @throws BadWeights when one text was asked for too often */
  countText(length: number): void
}

export function bounded(source: ByteSource): Bounded {
  let pieces = 0
  let metadata = 0
  let data = 0
  let unpacked = 0
  let text = 0
  const checkUnpacked = (length: number): void => {
    if (length > largestRatio * source.size) throw new BadWeights('its arrays are larger than the file can hold')
  }
  const piece = (address: number, length: number): Cursor => {
    metadata += length
    if (++pieces > mostPieces || metadata > mostMetadata) throw new BadWeights('its structure has no end')
    return cursor(source.read(address, address + length))
  }
  return {
    size: source.size,
    piece,
    signed: (address, length, signature) => {
      const at = piece(address, length + 4)
      const found = String.fromCharCode(...at.bytes(4))
      if (found !== signature) throw new BadWeights(`it is damaged: at byte ${address} "${signature}" was wanted`)
      return at
    },
    data: (address, length) => {
      data += length
      if (data > source.size) throw new BadWeights('its weights overlap one another')
      return source.read(address, address + length)
    },
    room: length => {
      unpacked += length
      checkUnpacked(unpacked)
      return new Uint8Array(length)
    },
    checkUnpacked,
    countText: length => {
      text += length
      if (text > mostText) throw new BadWeights('its texts have no end')
    },
  }
}

/** The place of something, or undefined: all bits set stand for "nowhere". */
export function addressIn(at: Cursor): number | undefined {
  const bytes = at.bytes(8)
  return bytes.every(byte => byte === 0xff) ? undefined : cursor(bytes).u64()
}
