/** Reads little-endian numbers one after the other. Every method throws a RangeError where the bytes end. */
export interface Cursor {
  /** Bytes before the place that is read next. */
  readonly position: number
  /** Bytes behind it. */
  readonly left: number
  u8(): number
  u16(): number
  u32(): number
  /** @throws RangeError also above 2⁵³: no size and no place in a file is so large */
  u64(): number
  /** A number of up to eight bytes. */
  uint(width: number): number
  bytes(length: number): Uint8Array
  skip(length: number): void
}

export function cursor(bytes: Uint8Array): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  const skip = (length: number): number => {
    if (!(length >= 0 && length <= bytes.length - position)) throw new RangeError('The bytes end too early')
    position += length
    return position - length
  }
  const uint = (width: number): number => {
    const start = skip(width)
    let value = 0
    for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[start + i]!
    if (!Number.isSafeInteger(value)) throw new RangeError('A size is larger than any file')
    return value
  }
  return {
    get position() {
      return position
    },
    get left() {
      return bytes.length - position
    },
    u8: () => view.getUint8(skip(1)),
    u16: () => view.getUint16(skip(2), true),
    u32: () => view.getUint32(skip(4), true),
    u64: () => uint(8),
    uint,
    bytes: length => {
      const start = skip(length)
      return bytes.subarray(start, start + length)
    },
    skip: length => {
      skip(length)
    },
  }
}

/** Latin letters up to a zero byte, or to the end: signatures and names. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
