import { throwIfAborted } from '../core/index.ts'

/** All bytes of a stream. An aborted signal cancels it. */
export async function collect(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  const write = (piece: Uint8Array): void => {
    pieces.push(piece)
    length += piece.length
  }
  await stream.pipeTo(new WritableStream({ write }), signal === undefined ? {} : { signal }).catch((error: unknown) => {
    throwIfAborted(signal)
    throw error
  })
  if (pieces.length === 1) return pieces[0]!
  const bytes = new Uint8Array(length)
  let position = 0
  for (const piece of pieces) {
    bytes.set(piece, position)
    position += piece.length
  }
  return bytes
}

/** A stream of bytes that are there already. */
export function streamOf(bytes: Uint8Array, signal?: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: controller => {
        throwIfAborted(signal)
        if (bytes.length > 0) controller.enqueue(bytes)
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Does something with a body. If that fails, a stream is told that nobody will read the rest of it. */
export async function consuming<T>(body: Uint8Array | ReadableStream<Uint8Array>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // A stream that broke by itself says so once more; that error is under way already.
    if (body instanceof ReadableStream) await body.cancel(error).catch(() => undefined)
    throw error
  }
}
