import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const squeeze = promisify(gzip)

export interface GzipOptions {
  /** Bytes of a block. */
  readonly block?: number
  /** How many blocks are worked on at once. */
  readonly atOnce?: number
}

/**
 * Compresses a stream in blocks of one size, several at once. Each is a gzip file of its own: one after the other they are a gzip file
 * again, the same however many are worked on at once.
 */
export async function* gzipBlocks(
  chunks: AsyncIterable<Uint8Array>,
  { block = 4 * 1024 * 1024, atOnce = 4 }: GzipOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const waiting: Promise<Uint8Array>[] = []
  for await (const one of blocks(chunks, block)) {
    const squeezed = squeeze(one, { level: 6 })
    // It may fail before its turn comes: then it is thrown in its turn.
    squeezed.catch(() => undefined)
    waiting.push(squeezed)
    if (waiting.length >= atOnce) yield await waiting.shift()!
  }
  for (const one of waiting) yield await one
}

async function* blocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void> {
  let block = Buffer.alloc(size)
  let filled = 0
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + size - filled)
      block.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < size) continue
      yield block
      block = Buffer.alloc(size)
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}
