import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Problem, systemCode } from '../core/index.ts'

/** A file as the file system knows it. */
export interface FileFacts {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970, with their fraction. */
  readonly mtime: number
  readonly inode: number
}

const pieceSize = 1 << 20

/**
 * SHA-256 of a file as it is now.
 *
 * @returns also whether it was the file of these facts, before and after reading
 * @throws Problem when it cannot be read.
 */
export async function readDigest(file: FileFacts): Promise<{ digest: string; unchanged: boolean }> {
  try {
    const handle = await open(file.path, 'r')
    try {
      const before = await isStill(file, handle)
      const digest = await digestOfHandle(handle, file.size)
      return { digest, unchanged: before && (await isStill(file, handle)) }
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const is = systemCode(cause) === 'ENOENT' ? 'there is no such file any more' : 'it cannot be read'
    throw new Problem(`Cannot read "${file.path}": ${is}`, { cause })
  }
}

/** @param size what the file is believed to have: a small one takes a small buffer */
async function digestOfHandle(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(pieceSize, size)))
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
  }
}

async function isStill(file: FileFacts, handle: FileHandle): Promise<boolean> {
  const { size, mtimeMs, ino } = await handle.stat()
  return size === file.size && mtimeMs === file.mtime && ino === file.inode
}
