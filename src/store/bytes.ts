import { throwIfAborted } from '../core/index.ts'

export interface CollectOptions {
  /** How many there will probably be: then they are not held twice on the way. */
  readonly size?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** All bytes of a stream. An aborted signal cancels it. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  { size = 0, signal }: CollectOptions = {},
): Promise<Uint8Array> {
  let bytes = new Uint8Array(size)
  let length = 0
  const write = (piece: Uint8Array): void => {
    if (length + piece.length > bytes.length) {
      const larger = new Uint8Array(Math.max(length + piece.length, bytes.length * 2))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    bytes.set(piece, length)
    length += piece.length
  }
  await stream.pipeTo(new WritableStream({ write }), signal === undefined ? {} : { signal }).catch((error: unknown) => {
    throwIfAborted(signal)
    throw error
  })
  return length === bytes.length ? bytes : bytes.slice(0, length)
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
