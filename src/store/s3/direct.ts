import { hash } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import { throwIfAborted } from '../../core/index.ts'
import { type Connection, connectionTo, type WholeAnswer } from './connection.ts'
import { s3Signer } from './sign.ts'

export interface DirectRequest {
  readonly method: 'GET' | 'PUT'
  /** As the bucket has it. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Where the answer's body goes to, if it has room there. */
  readonly into?: Uint8Array
}

/** Makes the requests that carry bytes, past the SDK, whose layers cost more than the rest of such a request (bench/store.ts). */
export interface Direct {
  /**
   * @returns undefined when the answer is no success, or not of the usual form: then the SDK is asked, which knows every way in
   * which a server refuses
   * @throws what broke the connection
   */
  ask(request: DirectRequest, signal: AbortSignal | undefined): Promise<WholeAnswer | undefined>
  close(): void
}

/** SHA-256 of nothing. */
const ofNothing = hash('sha256', '')

export interface DirectOptions {
  readonly bucket: string
  /** A server of one's own; undefined is Amazon's, whose addresses the SDK makes. */
  readonly endpoint: string | undefined
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idle: number
}

export function directTo({ config }: S3Client, { bucket, endpoint, idle }: DirectOptions): Direct {
  if (endpoint === undefined) return { ask: () => Promise.resolve(undefined), close: () => undefined }
  const { protocol, hostname: server, port, pathname } = new URL(endpoint)
  const isSecure = protocol === 'https:'
  const hostname = config.forcePathStyle === true ? server : `${bucket}.${server}`
  const base = `${pathname.replace(/\/$/, '')}/${config.forcePathStyle === true ? `${bucket}/` : ''}`
  const where = { isSecure, hostname, port: Number(port === '' ? (isSecure ? 443 : 80) : port), idle }
  const sign = s3Signer()
  const rest: Connection[] = []

  const headOf = async ({ method, key, query = {}, headers = {}, body }: DirectRequest): Promise<string> => {
    const path = base + key.split('/').map(escaped).join('/')
    const asked = Object.entries(query)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .join('&')
    const unsigned = {
      method,
      path,
      query: asked,
      headers: {
        ...headers,
        host: port === '' ? hostname : `${hostname}:${port}`,
        'x-amz-content-sha256': body === undefined ? ofNothing : hash('sha256', body),
      },
    }
    const now = new Date(Date.now() + config.systemClockOffset)
    const signed = sign(unsigned, await config.credentials(), await config.region(), now)
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`)
    if (body !== undefined) lines.push(`content-length: ${body.length}\r\n`)
    return `${method} ${path}${asked === '' ? '' : `?${asked}`} HTTP/1.1\r\n${lines.join('')}\r\n`
  }
  return {
    ask: async (request, signal) => {
      const head = await headOf(request)
      throwIfAborted(signal)
      let connection = rest.pop()
      while (connection?.isOpen() === false) connection = rest.pop()
      connection ??= connectionTo(where)
      const answer = await connection.exchange({ head, body: request.body, into: request.into, signal })
      if (connection.isOpen()) rest.push(connection)
      return answer !== undefined && answer.status < 300 ? answer : undefined
    },
    close: () => {
      for (const connection of rest.splice(0)) connection.close()
    },
  }
}

function escaped(text: string): string {
  const plain = encodeURIComponent(text)
  return /[!'()*]/.test(plain)
    ? plain.replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    : plain
}
