import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'

/** Bytes that the head of an answer may have. */
const longestHead = 64 << 10
/** Bytes that are read at once before it is known how long an answer is: most small objects come whole with their head. */
const usualRead = 64 << 10

/** An answer with all of its body. The names of headers are in small letters. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Exchange {
  /** The request line and the headers, up to the empty line. */
  readonly head: string
  readonly body?: Uint8Array | undefined
  /** Where the answer's body goes to, if it has room there. */
  readonly into?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Connection {
  /**
   * One request and its answer. Only answers that tell their length are understood.
   *
   * @returns undefined when the answer is of another kind; the connection is of no use then
   * @throws what broke the connection, or cut the answer off
   */
  exchange(exchange: Exchange): Promise<WholeAnswer | undefined>
  /** Whether it can serve another request. */
  isOpen(): boolean
  close(): void
}

export interface Host {
  readonly isSecure: boolean
  readonly hostname: string
  readonly port: number
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idle: number
}

/**
 * A connection for HTTP/1.1 whose bytes go from the socket straight to where they are wanted. Node's own client makes an object
 * of every 64 KiB, which takes more time than the copying.
 */
export function connectionTo({ isSecure, hostname, port, idle }: Host): Connection {
  let reader: Reader | undefined
  let isOpen = true
  // An answer's head, and what comes with it: the buffer of a read is chosen before it is known what will come.
  const spare = Buffer.allocUnsafe(usualRead)
  const onread: OnReadOpts = {
    buffer: () => reader?.room() ?? spare,
    callback: (length, buffer) => {
      if (reader === undefined) socket.destroy()
      else reader.took(length, buffer === spare ? spare.subarray(0, length) : undefined)
      return true
    },
  }
  const socket: Socket = isSecure
    ? connectSecure({ host: hostname, port, servername: hostname, ALPNProtocols: ['http/1.1'], ...{ onread } })
    : connectPlain({ host: hostname, port, onread })
  socket.setNoDelay(true)
  let failure: Error | undefined
  socket.on('error', error => {
    failure = error
  })
  socket.on('timeout', () => socket.destroy(broken('ETIMEDOUT', `no byte came for ${idle} ms`)))
  socket.on('end', () => socket.destroy())
  socket.on('close', () => {
    isOpen = false
    reader?.fail(failure ?? broken('ECONNRESET', 'the connection was closed before the answer was complete'))
  })
  return {
    isOpen: () => isOpen,
    close: () => void socket.destroy(),
    exchange: async ({ head, body, into, signal }) => {
      const stop = (): void => void socket.destroy()
      signal?.addEventListener('abort', stop, { once: true })
      socket.ref()
      socket.setTimeout(idle)
      try {
        return await new Promise<WholeAnswer | undefined>((resolve, reject) => {
          reader = readerOf(into, { done: resolve, fail: reject })
          if (!isOpen) return reject(failure ?? broken('ECONNRESET', 'the connection was closed'))
          socket.cork()
          socket.write(head, 'latin1')
          if (body !== undefined) socket.write(body)
          socket.uncork()
        })
      } finally {
        if (reader?.isSpent() !== true) {
          isOpen = false
          socket.destroy()
        }
        reader = undefined
        signal?.removeEventListener('abort', stop)
        socket.setTimeout(0)
        socket.unref()
      }
    },
  }
}

interface Reader {
  /** Where the next bytes go to, where that is known. */
  room(): Uint8Array | undefined
  /** @param piece bytes that did not go into the room */
  took(length: number, piece: Buffer | undefined): void
  fail(error: Error): void
  /** Whether an answer was read to its end, and another may follow. */
  isSpent(): boolean
}

interface Ends {
  done(answer: WholeAnswer | undefined): void
  fail(error: Error): void
}

function readerOf(into: Uint8Array | undefined, ends: Ends): Reader {
  let start: Buffer = Buffer.alloc(0)
  let answer: WholeAnswer | undefined
  let filled = 0
  let isSpent = false
  const finish = (complete: WholeAnswer | undefined): void => {
    isSpent = complete !== undefined && complete.headers['connection']?.toLowerCase() !== 'close'
    ends.done(complete)
  }
  const begin = (piece: Buffer): void => {
    start = start.length === 0 ? piece : Buffer.concat([start, piece])
    const end = start.indexOf('\r\n\r\n')
    if (end < 0) {
      start = Buffer.from(start) // the next read goes to the same place
      if (start.length > longestHead) finish(undefined)
      return
    }
    const { status, headers } = headOf(start.toString('latin1', 0, end))
    const length = Number(headers['content-length'] ?? Number.NaN)
    const early = start.subarray(end + 4)
    if (!Number.isSafeInteger(length) || length < early.length || status < 200) {
      finish(undefined)
      return
    }
    const body = into !== undefined && into.length >= length ? into.subarray(0, length) : Buffer.allocUnsafe(length)
    body.set(early)
    answer = { status, headers, body }
    filled = early.length
    if (filled === length) finish(answer)
  }
  return {
    room: () => (answer === undefined || filled === answer.body.length ? undefined : answer.body.subarray(filled)),
    took: (length, piece) => {
      if (answer === undefined) {
        if (piece !== undefined) begin(piece)
        return
      }
      filled += length
      if (piece !== undefined)
        finish(undefined) // more than was told
      else if (filled === answer.body.length) finish(answer)
    },
    fail: ends.fail,
    isSpent: () => isSpent,
  }
}

function headOf(text: string): Pick<WholeAnswer, 'status' | 'headers'> {
  const [first = '', ...lines] = text.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), headers }
}

function broken(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
