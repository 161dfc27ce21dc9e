import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SignedRequest } from './direct.ts'

/** Reads ranges of objects over one connection, which is kept open, one after the other. */
export interface RangeReader {
  /**
   * Calls `take` with each piece as it comes; the piece is overwritten after that.
   *
   * @param length of the range
   * @returns whether all of it came. What is anything but a success of just this length is given up, and left to a library.
   */
  read(request: SignedRequest, length: number, take: (piece: Uint8Array) => void): Promise<boolean>
}

/** Bytes that are read at once: they stay in a processor's cache until they are hashed and written. */
const atOnce = 256 << 10
/** Bytes of an answer's head. */
const longestHead = 64 << 10

/** What is asked for just now. */
interface Asked {
  readonly length: number
  take(piece: Uint8Array): void
  end(isWhole: boolean): void
  head: Buffer
  /** Bytes that are to come, once the head is there. */
  left?: number
}

/**
 * The parsers of libraries copy each byte, and make a buffer for each 64 KiB: that takes half as long as an MD5 (bench/store.ts). Here
 * all bytes go through one buffer.
 *
 * @param origin `https://HOST:PORT`
 * @param idle milliseconds without a byte after which the connection is given up
 */
export function rangeReader(origin: string, idle: number): RangeReader {
  let socket: Socket | undefined
  let asked: Asked | undefined

  const end = (isWhole: boolean): void => {
    const ended = asked
    asked = undefined
    if (!isWhole) {
      socket?.destroy()
      socket = undefined
    }
    ended?.end(isWhole)
  }
  const opened = (): Socket => {
    const made = open(origin, piece => {
      if (made !== socket) return
      if (asked === undefined || !give(asked, piece)) return end(false)
      if (asked.left === 0) end(true)
    })
    const lost = (): void => {
      if (made === socket) end(false)
    }
    made.setTimeout(idle, lost)
    return made.on('error', lost).on('close', lost)
  }
  return {
    read: ({ method, path, headers }, length, take) =>
      new Promise(resolve => {
        asked = { length, take, end: resolve, head: Buffer.alloc(0) }
        socket ??= opened()
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
        socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
      }),
  }
}

function open(origin: string, take: (piece: Buffer) => void): Socket {
  const { protocol, hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const buffer = Buffer.allocUnsafe(atOnce)
  const onread = {
    buffer,
    callback: (bytes: number): boolean => {
      take(buffer.subarray(0, bytes))
      return true
    },
  }
  const isPlain = protocol === 'http:'
  const options = { host, port: Number(port || (isPlain ? 80 : 443)), onread }
  if (isPlain) return connectPlain(options)
  const named = { ...options, ...(isIP(host) === 0 ? { servername: host } : {}) }
  return connectTls(named)
}

/** @returns whether the answer is still one that is wanted */
function give(asked: Asked, piece: Buffer): boolean {
  if (asked.left === undefined) {
    asked.head = Buffer.concat([asked.head, piece])
    const end = asked.head.indexOf('\r\n\r\n')
    if (end < 0) return asked.head.length <= longestHead
    if (!isSuccess(asked.head.toString('latin1', 0, end), asked.length)) return false
    asked.left = asked.length
    return end + 4 === asked.head.length || give(asked, asked.head.subarray(end + 4))
  }
  if (piece.length > asked.left) return false
  asked.take(piece)
  asked.left -= piece.length
  return true
}

/** Whether a body of just this length follows on a connection that stays. */
function isSuccess(head: string, length: number): boolean {
  const [status = '', ...lines] = head.split('\r\n')
  const headers = new Map(
    lines.map(line => {
      const [name = '', ...value] = line.split(':')
      return [name.toLowerCase(), value.join(':').trim().toLowerCase()]
    }),
  )
  return (
    /^HTTP\/1\.1 206 /.test(status) &&
    headers.get('content-length') === String(length) &&
    !['transfer-encoding', 'content-encoding'].some(name => headers.has(name)) &&
    headers.get('connection') !== 'close'
  )
}
