import type { FileHandle } from 'node:fs/promises'
import { throwIfAborted } from '../core/index.ts'
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

/** The bytes of an open file, read as they are asked for. Closes the file at the end, on an error and when cancelled. */
export function readFileRange({ handle, from, to, what, signal }: FileRange): ReadableStream<Uint8Array> {
  let position = from
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    throwIfAborted(signal)
    if (position < to) {
      const buffer = new Uint8Array(Math.min(pieceSize, to - position))
      const { bytesRead } = await explained(what, () => handle.read(buffer, 0, buffer.length, position))
      if (bytesRead === 0) throw new Error(`${what}: the file became shorter while it was read`)
      position += bytesRead
      controller.enqueue(buffer.subarray(0, bytesRead))
    }
    if (position >= to) {
      await handle.close()
      controller.close()
    }
  }
  return new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        try {
          await pull(controller)
        } catch (error) {
          await handle.close()
          throw error
        }
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  )
}
