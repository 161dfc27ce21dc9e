import type { FileHandle } from 'node:fs/promises'
import { Interrupted, Problem, throwIfAborted } from '../core/index.ts'
import { explained } from './file-problem.ts'

const pieceSize = 1 << 18

export interface FileRange {
  readonly handle: FileHandle
  readonly from: number
  readonly to: number
  /** The beginning of an error's sentence. */
  readonly what: string
  readonly signal: AbortSignal | undefined
}

/** The bytes of an open file, read as they are asked for. Closes the file at the end, on an error and when given up. */
export function readFileRange({ handle, from, to, what, signal }: FileRange): ReadableStream<Uint8Array> {
  let position = from
  let giveUp = (): void => undefined
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', giveUp)
    return handle.close()
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    throwIfAborted(signal)
    if (position < to) {
      const buffer = new Uint8Array(Math.min(pieceSize, to - position))
      const { bytesRead } = await explained(what, () => handle.read(buffer, 0, buffer.length, position))
      throwIfAborted(signal)
      if (bytesRead === 0) throw new Error(`${what}: the file became shorter while it was read`)
      position += bytesRead
      controller.enqueue(buffer.subarray(0, bytesRead))
    }
    if (position >= to) {
      await close()
      controller.close()
    }
  }
  return new ReadableStream<Uint8Array>(
    {
      start: controller => {
        // Whoever gives up may never ask for another piece, and the file would stay open.
        giveUp = () => {
          controller.error(signal?.reason instanceof Problem ? signal.reason : new Interrupted())
          // Nothing can be lost by closing a file that was only read.
          close().catch(() => undefined)
        }
        signal?.addEventListener('abort', giveUp, { once: true })
      },
      pull: async controller => {
        try {
          await pull(controller)
        } catch (error) {
          await close()
          throw error
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}
