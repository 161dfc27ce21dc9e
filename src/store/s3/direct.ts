import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Http } from './calls.ts'

/** An answer that was a success, with the names of its headers in small letters. */
export interface DirectAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

export interface DirectRequest {
  readonly method: 'GET' | 'PUT'
  readonly Bucket: string
  readonly Key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/**
 * Makes the requests that carry bytes with the SDK's signer and connections, past its long way through layers that cost more
 * than the rest of a small request (bench/store.ts).
 *
 * @returns undefined when the answer is no success: then the SDK is asked, which knows every way in which a server refuses
 */
export type Direct = (request: DirectRequest, http: Http) => Promise<DirectAnswer | undefined>

/** SHA-256 of nothing. */
const ofNothing = createHash('sha256').digest('hex')

/** @param endpoint a server of one's own; undefined is Amazon's, whose addresses the SDK makes */
export function directTo(client: S3Client, endpoint: string | undefined): Direct {
  if (endpoint === undefined) return () => Promise.resolve(undefined)
  const { protocol, hostname, port, pathname } = new URL(endpoint)
  const inPath = client.config.forcePathStyle === true
  const base = pathname.replace(/\/$/, '')
  let signer: ReturnType<S3Client['config']['signer']> | undefined
  return async ({ method, Bucket, Key, query = {}, headers = {}, body }, http) => {
    const host = inPath ? hostname : `${Bucket}.${hostname}`
    const path = `${base}/${(inPath ? [Bucket, Key] : [Key]).map(escaped).join('/')}`
    const request = {
      method,
      protocol,
      hostname: host,
      ...(port === '' ? {} : { port: Number(port) }),
      path,
      query,
      headers: {
        ...headers,
        host: port === '' ? host : `${host}:${port}`,
        'x-amz-content-sha256': body === undefined ? ofNothing : createHash('sha256').update(body).digest('hex'),
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      },
      ...(body === undefined ? {} : { body }),
    }
    signer ??= client.config.signer()
    const offset = client.config.systemClockOffset
    const signed = await (await signer).sign(request, { signingDate: new Date(Date.now() + offset) })
    const { response } = await client.config.requestHandler.handle(signed as never, http)
    const answer = response as { statusCode: number; headers: Record<string, string>; body: Readable }
    if (answer.statusCode < 300) return { headers: answer.headers, body: answer.body }
    answer.body.resume()
    return undefined
  }
}

function escaped(key: string): string {
  return key
    .split('/')
    .map(segment =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')
}

/** Reads what little a success says to its end, so that the connection can serve the next request. */
export async function drained({ headers, body }: DirectAnswer): Promise<Readonly<Record<string, string>>> {
  for await (const _ of body);
  return headers
}
