import { createHash, type Hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Kept, Place, ToFetch, ToKeep } from './part-thread.ts'
import { type RangeReader, rangeReader } from './range-reader.ts'

/** Bytes that stay in a processor's cache from the hash to the write: larger writes take two or three times as long. */
const piece = 256 << 10
/** Those that no range comes over just now. */
const readers: RangeReader[] = []
/** Of what has arrived of each part. */
const hashes = new Map<number, Hash>()

parentPort?.on('message', async (work: ToKeep | ToFetch) => {
  parentPort?.postMessage('bytes' in work ? kept(work) : await fetched(work))
})

function kept({ bytes, ...place }: ToKeep): Kept {
  const writer = writerAt(place)
  writer.take(bytes)
  return writer.end()
}

async function fetched({ request, length, ...place }: ToFetch): Promise<Kept> {
  const reader = readers.pop() ?? rangeReader(request.origin, request.idle)
  const { take, end } = writerAt(place)
  const isWhole = await reader.read(request, length, take)
  readers.push(reader)
  return isWhole ? end() : { part: place.part, md5: '', isUnfinished: true }
}

interface Writer {
  take(bytes: Uint8Array): void
  /** Only then do the bytes count as a piece of the part. */
  end(): Kept
}

function writerAt({ part, fd, position, isLast }: Place): Writer {
  const hash = hashes.get(part)?.copy() ?? createHash('md5')
  let at = position
  let failure: Kept['failure']
  return {
    take: bytes => {
      try {
        for (let from = 0; from < bytes.length && failure === undefined; from += piece) {
          const some = bytes.subarray(from, from + piece)
          hash.update(some)
          for (let written = 0; written < some.length; ) {
            written += writeSync(fd, some, written, some.length - written, at + written)
          }
          at += some.length
        }
      } catch (error) {
        failure = { code: codeOf(error), message: String(error) }
      }
    },
    end: () => {
      if (failure !== undefined) return { part, md5: '', failure }
      hashes.set(part, hash)
      return { part, md5: isLast ? hash.digest('hex') : '' }
    },
  }
}

/** Not core's: all of it would be loaded with every download. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
