import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes that are read where they are needed: in memory, or of a file that is too large to hold twice. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number
  /**
   * The bytes from `from` up to `to`; not to be changed. Of memory it is a view, of a file a buffer of its own.
   * @throws RangeError when they reach beyond the end
   */
  read(from: number, to: number): Uint8Array
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (from, to) => {
      checkRange(from, to, bytes.byteLength)
      return bytes.subarray(from, to)
    },
  }
}

/** A part of a source as a source of its own. */
export function partOf(source: ByteSource, from: number, to: number): ByteSource {
  checkRange(from, to, source.size)
  return {
    size: to - from,
    read: (start, end) => {
      checkRange(start, end, to - from)
      return source.read(from + start, from + end)
    },
  }
}

/** Opens a file for the time of `work`. */
export async function withFile<T>(path: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    return await work({
      size,
      read: (from, to) => {
        checkRange(from, to, size)
        return readWhole(file, from, new Uint8Array(to - from))
      },
    })
  } finally {
    closeSync(file)
  }
}

/** One call reads 2 GiB at most, and may read less than was asked for. */
function readWhole(file: number, position: number, buffer: Uint8Array): Uint8Array {
  for (let done = 0; done < buffer.length; ) {
    const count = readSync(file, buffer, done, Math.min(buffer.length - done, 2 ** 30), position + done)
    if (count === 0) throw new RangeError('The file became shorter while it was read')
    done += count
  }
  return buffer
}

function checkRange(from: number, to: number, size: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= size) return
  throw new RangeError(`Bytes ${from} to ${to} were wanted of ${size}`)
}
