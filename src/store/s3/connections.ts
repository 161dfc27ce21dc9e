import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { buildConnector, type Dispatcher, Pool } from 'undici'

/** An answer with all of its body. The names of headers are in small letters. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

export interface Exchange {
  readonly method: 'GET' | 'PUT'
  /** Escaped, with the query. It is sent as it is. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
}

/** Connections to one server, which are kept open. */
export interface Connections {
  /** One request and its answer. @throws what broke the connection, or cut the answer off */
  exchange(exchange: Exchange): Promise<WholeAnswer>
  close(): Promise<void>
}

export interface ConnectionsOptions {
  /** At the same time. */
  readonly most: number
  /** Milliseconds without a byte in either direction after which a connection is given up. */
  readonly idle: number
}

/** @param origin `https://HOST:PORT` */
export function connectionsTo(origin: string, { most, idle }: ConnectionsOptions): Connections {
  // Its own timeouts count from the request, and would cut off an upload over a slow line; the socket's count from the last byte.
  const pool = new Pool(origin, { connections: most, headersTimeout: 0, bodyTimeout: 0, connect: patient(idle) })
  return {
    exchange: exchange =>
      new Promise((resolve, reject) => {
        const { method, path, headers, body = null } = exchange
        pool.dispatch({ method, path, headers, body }, gathering(exchange, resolve, reject))
      }),
    close: () => pool.destroy(),
  }
}

function patient(idle: number): buildConnector.connector {
  const connect = buildConnector({ timeout: 10_000 })
  return (options, done) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return done(error, null)
      socket.setTimeout(idle, () => giveUp(socket, idle))
      done(null, socket)
    })
}

function giveUp(socket: Socket, idle: number): void {
  socket.destroy(Object.assign(new Error(`no byte came for ${idle} ms`), { code: 'ETIMEDOUT' }))
}

/** Puts the pieces of an answer together: where its length is known, at their place at once. */
function gathering(
  { signal }: Exchange,
  resolve: (answer: WholeAnswer) => void,
  reject: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  let head: Omit<WholeAnswer, 'body'> = { status: 0, headers: {} }
  let place: Uint8Array | undefined
  let filled = 0
  const pieces: Uint8Array[] = []
  let controller: Dispatcher.DispatchController | undefined
  const stop = (): void => {
    controller?.abort(new Error('stopped'))
    reject(signal?.reason)
  }
  signal?.addEventListener('abort', stop, { once: true })
  const end = (): void => signal?.removeEventListener('abort', stop)
  return {
    onRequestStart: given => {
      controller = given
      if (signal?.aborted === true) stop()
    },
    onResponseStart: (_, status, headers) => {
      head = { status, headers }
      const length = Number(headers['content-length'])
      if (Number.isSafeInteger(length)) place = Buffer.allocUnsafe(length)
    },
    onResponseData: (_, piece) => {
      if (place === undefined) pieces.push(piece)
      else place.set(piece, filled)
      filled += piece.length
    },
    onResponseEnd: () => {
      end()
      resolve({ ...head, body: place ?? Buffer.concat(pieces) })
    },
    onResponseError: (_, error) => {
      end()
      reject(error)
    },
  }
}
