import { createHash, type Hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Kept, ToKeep } from './part-thread.ts'

/** Bytes that stay in a processor's cache from the hash to the write: larger writes take two or three times as long. */
const piece = 256 << 10

const hashes = new Map<number, Hash>()

parentPort?.on('message', (bytes: ToKeep) => {
  parentPort?.postMessage(kept(bytes))
})

function kept({ part, bytes, fd, position, isLast }: ToKeep): Kept {
  const hash = hashes.get(part) ?? createHash('md5')
  hashes.set(part, hash)
  try {
    for (let at = 0; at < bytes.length; at += piece) {
      const some = bytes.subarray(at, at + piece)
      hash.update(some)
      for (let written = 0; written < some.length; ) {
        written += writeSync(fd, some, written, some.length - written, position + at + written)
      }
    }
  } catch (error) {
    return { part, md5: '', failure: { code: codeOf(error), message: String(error) } }
  }
  return { part, md5: isLast ? hash.digest('hex') : '' }
}

/** Not core's: all of it would be loaded with every download. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
