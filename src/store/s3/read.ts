import type { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandInput, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { Problem, throwIfAborted } from '../../core/index.ts'
import { byteRange } from '../byte-range.ts'
import { streamOf } from '../bytes.ts'
import type { ReadOptions } from '../store.ts'
import { NotFound } from '../store-errors.ts'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import type { DirectAnswer } from './direct.ts'
import { type Hashing, hashing, type KnownDigest, knownDigest, type ObjectFacts } from './known-digest.ts'
import { isConflict, isMissing, statusOf } from './problems.ts'

/** Bytes that must have arrived before a broken connection is worth as many attempts again. */
const headway = 1 << 20

/** The answer that bytes come with. */
interface Opened {
  readonly body: Readable
  readonly etag: string
  /** The byte to stop before. */
  readonly end: number
  /** Where all of the object is read and something says what it must hash to. */
  readonly digest: KnownDigest | undefined
}

/**
 * The bytes of an object. A connection that breaks, or ends before time, is made again from there, for the same version of the
 * object. What is known of its digest is compared at the end.
 *
 * @param options.etag the version that is wanted; default: what is there
 * @throws NotFound
 */
export async function readObject(
  of: Bucket,
  key: string,
  options: ReadOptions & { readonly etag?: string } = {},
): Promise<ReadableStream<Uint8Array>> {
  const { from = 0, etag, signal } = options
  throwIfAborted(signal)
  byteRange(Number.MAX_SAFE_INTEGER, options)
  // No range of a request is empty: one byte tells whether the object is there.
  const isEmpty = options.to === from
  const opened = await open(of, key, { from, to: isEmpty ? from + 1 : options.to, etag, signal })
  if (opened === undefined || isEmpty) {
    opened?.body.destroy()
    return streamOf(new Uint8Array(0), signal)
  }
  return streamFrom(of, key, { opened, from, signal })
}

interface Wanted {
  readonly from: number
  readonly to: number | undefined
  /** The version of which some was read already. */
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

/** @returns undefined when the object ends before the range begins */
async function open(of: Bucket, key: string, wanted: Wanted): Promise<Opened | undefined> {
  const { from, to, etag, signal } = wanted
  const isWhole = from === 0 && to === undefined
  const request: GetObjectCommandInput = {
    ...foreignObject(of, key),
    ...(isWhole ? {} : { Range: `bytes=${from}-${to === undefined ? '' : to - 1}` }),
    ...(etag === undefined ? {} : { IfMatch: `"${etag}"` }),
  }
  const headers = {
    ...(request.Range === undefined ? {} : { range: request.Range }),
    ...(request.IfMatch === undefined ? {} : { 'if-match': request.IfMatch }),
  }
  return of.calls.call(`Cannot read "${key}" in ${of.name}`, signal, async http => {
    const answer = await of.direct({ method: 'GET', ...foreignObject(of, key), headers }, http)
    if (answer !== undefined) return openedOf(factsOf(answer), from)
    try {
      return openedOf(await of.client.send(new GetObjectCommand(request), http), from)
    } catch (error) {
      if (statusOf(error) === 416) return undefined
      if (isMissing(error)) throw new NotFound(key, of.name)
      if (isConflict(error)) throw changed(of, key)
      throw error
    }
  })
}

type Answer = Pick<GetObjectCommandOutput, 'ContentLength' | 'ContentRange'> & ObjectFacts & { readonly Body?: unknown }

function openedOf(answer: Answer, from: number): Opened {
  const body = answer.Body as Readable
  const end = from + (answer.ContentLength ?? 0)
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]
  const isAll = from === 0 && (total === undefined || Number(total) === end)
  return { body, etag: bareEtag(answer.ETag), end, digest: isAll ? knownDigest(answer) : undefined }
}

/** An answer's headers under the names that the SDK has for them. */
function factsOf({ headers, body }: DirectAnswer): Answer {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value] as const] : [],
  )
  return {
    Body: body,
    ContentLength: Number(headers['content-length']),
    ContentRange: headers['content-range'],
    ETag: headers['etag'],
    Metadata: Object.fromEntries(metadata),
    ServerSideEncryption: headers['x-amz-server-side-encryption'],
    SSECustomerAlgorithm: headers['x-amz-server-side-encryption-customer-algorithm'],
  }
}

function changed(of: Bucket, key: string): Problem {
  return new Problem(`Cannot read "${key}" in ${of.name}: it was changed while it was read`, {
    next: 'run the same command again',
  })
}

interface Reading {
  readonly opened: Opened
  readonly from: number
  readonly signal: AbortSignal | undefined
}

function streamFrom(of: Bucket, key: string, reading: Reading): ReadableStream<Uint8Array> {
  const { signal } = reading
  const current = { body: reading.opened.body }
  const pieces = piecesOf(of, key, reading, current)
  // Whoever gives up may never ask again, and the connection would stay open.
  const giveUp = (): void => void current.body.destroy()
  signal?.addEventListener('abort', giveUp, { once: true })
  const end = (): void => signal?.removeEventListener('abort', giveUp)
  return new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        try {
          throwIfAborted(signal)
          const next = await pieces.next()
          throwIfAborted(signal)
          if (!next.done) return controller.enqueue(next.value)
          end()
          controller.close()
        } catch (error) {
          end()
          current.body.destroy()
          throw error
        }
      },
      cancel: () => {
        end()
        current.body.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

async function* piecesOf(
  of: Bucket,
  key: string,
  { opened, from, signal }: Reading,
  current: { body: Readable },
): AsyncGenerator<Uint8Array> {
  const hash = opened.digest === undefined ? undefined : hashing(opened.digest)
  let position = from
  let proven = from
  for (let failures = 0; ; ) {
    let cause: unknown
    try {
      for await (const piece of current.body as AsyncIterable<Uint8Array>) {
        position += piece.length
        hash?.update(piece)
        yield piece
      }
    } catch (error) {
      throwIfAborted(signal)
      cause = error
    }
    if (position === opened.end) break
    if (position >= proven + headway) failures = 0
    proven = Math.max(proven, position)
    if (++failures >= of.calls.attempts) throw cutOff(of, key, cause)
    const rest = await open(of, key, { from: position, to: opened.end, etag: opened.etag, signal })
    if (rest === undefined || rest.end !== opened.end) throw changed(of, key)
    current.body = rest.body
  }
  compare(of, key, opened.digest, hash)
}

function cutOff(of: Bucket, key: string, cause: unknown): Problem {
  return new Problem(`Cannot read "${key}" in ${of.name}: the connection broke, again and again`, {
    next: 'look at the network, then run the same command again',
    cause,
  })
}

function compare(of: Bucket, key: string, digest: KnownDigest | undefined, hash: Hashing | undefined): void {
  if (digest === undefined || hash === undefined) return
  const found = hash.end()
  if (found !== digest.etag) throw damaged(of, key, found, digest.etag)
}

export function damaged(of: Bucket, key: string, found: string, wanted: string): Problem {
  return new Problem(
    `Cannot use "${key}" in ${of.name}: its bytes have changed, their MD5 is ${found}, ${wanted} was wanted`,
  )
}
