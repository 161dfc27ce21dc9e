import { hash } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import { throwIfAborted } from '../../core/index.ts'
import type { Connections, WholeAnswer } from './connections.ts'
import { s3Signer } from './sign.ts'

export interface DirectRequest {
  readonly method: 'GET' | 'PUT'
  /** As the bucket has it. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** A request that another thread can make. */
export interface SignedRequest {
  /** `https://HOST:PORT` */
  readonly origin: string
  /** Milliseconds without a byte after which its connection is given up. */
  readonly idle: number
  readonly method: 'GET' | 'PUT'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Makes the requests that carry bytes, past the SDK, whose layers cost more than the rest of such a request (bench/store.ts). */
export interface Direct {
  /**
   * @returns undefined when the answer is no success: then the SDK is asked, which knows every way in which a server refuses
   * @throws what broke the connection
   */
  ask(request: DirectRequest, signal: AbortSignal | undefined): Promise<WholeAnswer | undefined>
  /** @returns undefined when only the SDK knows where it goes to */
  signed(request: DirectRequest): Promise<SignedRequest | undefined>
  close(): Promise<void>
}

/** SHA-256 of nothing. */
const ofNothing = hash('sha256', '')

export interface DirectOptions {
  readonly bucket: string
  /** A server of one's own; undefined is Amazon's, whose addresses the SDK makes. */
  readonly endpoint: string | undefined
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idle: number
  /** Connections that are kept open. */
  readonly most: number
}

export function directTo({ config }: S3Client, { bucket, endpoint, idle, most }: DirectOptions): Direct {
  if (endpoint === undefined) {
    const nothing = (): Promise<undefined> => Promise.resolve(undefined)
    return { ask: nothing, signed: nothing, close: nothing }
  }
  const { protocol, hostname: server, port, pathname } = new URL(endpoint)
  const hostname = config.forcePathStyle === true ? server : `${bucket}.${server}`
  const base = `${pathname.replace(/\/$/, '')}/${config.forcePathStyle === true ? `${bucket}/` : ''}`
  const host = port === '' ? hostname : `${hostname}:${port}`
  const origin = `${protocol}//${host}`
  // The library takes a while to load, and a large download makes no request here.
  let connections: Promise<Connections> | undefined
  const connected = (): Promise<Connections> =>
    (connections ??= import('./connections.ts').then(({ connectionsTo }) => connectionsTo(origin, { idle, most })))
  const sign = s3Signer()

  const signed = async ({ method, key, query = {}, headers = {}, body }: DirectRequest): Promise<SignedRequest> => {
    const path = base + key.split('/').map(escaped).join('/')
    const asked = Object.entries(query)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .join('&')
    const unsigned = {
      method,
      path,
      query: asked,
      headers: { ...headers, host, 'x-amz-content-sha256': body === undefined ? ofNothing : hash('sha256', body) },
    }
    const now = new Date(Date.now() + config.systemClockOffset)
    const all = sign(unsigned, await config.credentials(), await config.region(), now)
    return { origin, idle, method, path: asked === '' ? path : `${path}?${asked}`, headers: all }
  }
  return {
    ask: async (request, signal) => {
      const { method, path, headers } = await signed(request)
      throwIfAborted(signal)
      const answer = await (await connected()).exchange({ method, path, headers, body: request.body, signal })
      return answer.status < 300 ? answer : undefined
    },
    signed,
    close: async () => (await connections)?.close(),
  }
}

function escaped(text: string): string {
  const plain = encodeURIComponent(text)
  return /[!'()*]/.test(plain)
    ? plain.replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    : plain
}
