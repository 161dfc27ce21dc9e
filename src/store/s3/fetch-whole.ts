import { throwIfAborted } from '../../core/index.ts'
import { collect } from '../bytes.ts'
import type { ReadOptions } from '../store.ts'
import { type Bucket, foreignObject } from './bucket.ts'
import type { WholeAnswer } from './connections.ts'
import type { DirectRequest } from './direct.ts'
import { hashing, knownDigest, type ObjectFacts } from './known-digest.ts'
import { damaged, readObject } from './read.ts'

export interface FetchOptions extends ReadOptions {
  /** The version that is wanted; default: what is there. */
  readonly etag?: string
}

/**
 * The bytes of an object, or of a range of it, that fit into memory. Whatever is out of the ordinary is left to `readObject`, which goes on
 * where a connection broke. What is read whole is compared with what is known of its digest.
 *
 * @throws NotFound
 */
export async function fetchWhole(of: Bucket, key: string, options: FetchOptions): Promise<Uint8Array> {
  const answer = await askedOnce(of, key, options)
  if (answer === undefined) return collect(await readObject(of, key, options), { signal: options.signal })
  const digest = options.from === undefined ? knownDigest(factsOf(answer)) : undefined
  if (digest !== undefined) {
    const hash = hashing(digest)
    hash.update(answer.body)
    const found = hash.end()
    if (found !== digest.etag) throw damaged(of, key, found, digest.etag)
  }
  return answer.body
}

async function askedOnce(of: Bucket, key: string, options: FetchOptions): Promise<WholeAnswer | undefined> {
  const { from, to, signal } = options
  try {
    const answer = await of.direct.ask(getRequest(of, key, options), signal)
    const isWanted = from === undefined || to === undefined || answer?.body.length === to - from
    return isWanted ? answer : undefined
  } catch {
    throwIfAborted(signal) // else it is asked for again, with patience
    return undefined
  }
}

/** What asks for an object, or for the bytes `[from, to)` of it. */
export function getRequest(of: Bucket, key: string, { from, to, etag }: FetchOptions): DirectRequest {
  const headers = {
    ...(from === undefined || to === undefined ? {} : { range: `bytes=${from}-${to - 1}` }),
    ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
  }
  return { method: 'GET', key: foreignObject(of, key).Key, headers }
}

/** An answer's headers under the names that the SDK has for them. */
function factsOf({ headers }: WholeAnswer): ObjectFacts {
  const start = 'x-amz-meta-'
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(start))
  return {
    ETag: headers['etag'],
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(start.length), String(value)])),
    ContentLength: Number(headers['content-length']),
    ServerSideEncryption: headers['x-amz-server-side-encryption']?.toString(),
    SSECustomerAlgorithm: headers['x-amz-server-side-encryption-customer-algorithm']?.toString(),
  }
}
