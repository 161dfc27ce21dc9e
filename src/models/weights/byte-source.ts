import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { Problem, systemCode } from '../../core/index.ts'

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

export function memorySource(given: Uint8Array): ByteSource {
  // A Buffer is a Uint8Array whose `slice` does not copy.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
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

/**
 * Opens a file for the time of `work`.
 * @param subject what it is called in errors
 * @throws Problem when it cannot be opened
 */
export async function withFile<T>(path: string, subject: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = openFile(path, subject)
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

function openFile(path: string, subject: string): number {
  const refused = (is: string, cause?: unknown): Problem =>
    new Problem(`Cannot read the weights "${subject}": ${is}`, { cause, next: 'name a file with weights' })
  try {
    // Opening a pipe would wait for somebody to write into it.
    if (!statSync(path).isFile()) throw refused('it is no file')
    return openSync(path, 'r')
  } catch (cause) {
    if (cause instanceof Problem || systemCode(cause) === undefined) throw cause
    throw refused(systemCode(cause) === 'ENOENT' ? 'there is no such file' : 'it cannot be opened', cause)
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
