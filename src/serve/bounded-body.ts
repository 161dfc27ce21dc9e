import { HttpProblem } from './http-problem.ts'

/**
 * The body of a request, read piece by piece and given up as soon as it is larger than `most` bytes, so that nobody can
 * fill the memory.
 *
 * @throws HttpProblem 413 when it is too large; the signal's reason when it is aborted
 */
export async function boundedBody(
  request: Request,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > most) throw tooLarge(most)
  if (!request.body) return new Uint8Array()
  const reader = request.body.getReader()
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await collect(reader, most, signal)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await read(reader)
    signal.throwIfAborted()
    if (done) break
    size += value.length
    if (size > most) {
      await reader.cancel()
      throw tooLarge(most)
    }
    pieces.push(value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<typeof reader.read> {
  try {
    return await reader.read()
  } catch (cause) {
    throw new HttpProblem(400, 'Cannot read the request: its body was cut off', { cause })
  }
}

function tooLarge(most: number): HttpProblem {
  return new HttpProblem(413, `Cannot take the request: it is larger than ${most} bytes`)
}
