import { PutObjectCommand } from '@aws-sdk/client-s3'
import { throwIfAborted } from '../../core/index.ts'
import type { Entry, WriteOptions } from '../store.ts'
import { Conflict, conflictOf } from '../store-errors.ts'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import { drained } from './direct.ts'
import { partSizeName } from './known-digest.ts'
import { growingPart, oneRequest, partSizeOf } from './parts.ts'
import { isConflict, isMissing } from './problems.ts'
import { headObject, statObject } from './stat.ts'
import { abortUpload, beginUpload, type Condition, completeUpload, sendPart, type Upload } from './upload.ts'

/** The metadata by which a writer knows its own object again. */
const writerName = 'chestnut-writer'

/** Writes an object, under a condition that the server looks after. @throws Conflict */
export async function writeObject(
  of: Bucket,
  key: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
  { onlyIf, signal }: WriteOptions,
): Promise<Entry> {
  const what = `Cannot write "${key}" in ${of.name}`
  throwIfAborted(signal)
  const writing = { key, what, signal, onlyIf }
  const { size, etag } =
    body instanceof Uint8Array
      ? { size: body.length, etag: await putBytes(of, writing, body) }
      : await putStream(of, writing, body)
  const entry = await statObject(of, key, signal)
  // Somebody may have written over it already: of our own version, only the time is not known then.
  return entry?.etag === etag ? entry : { key, size, etag, changed: new Date(of.calls.clock.now()) }
}

interface Writing {
  readonly key: string
  readonly what: string
  readonly signal: AbortSignal | undefined
  readonly onlyIf: WriteOptions['onlyIf']
}

/** Writes what fits in one request. @returns its etag */
export async function putBytes(of: Bucket, writing: Writing, bytes: Uint8Array): Promise<string> {
  if (bytes.length > oneRequest) {
    const pieces = piecesOf(bytes, partSizeOf(bytes.length))
    return putParts(of, writing, { parts: pieces, metadata: { [partSizeName]: `${partSizeOf(bytes.length)}` } })
  }
  const { key, what, signal, onlyIf } = writing
  const writer = `${of.calls.random.words(new Uint32Array(4)).join('-')}`
  const object = foreignObject(of, key)
  const request = {
    ...object,
    ...conditionOf(onlyIf),
    Body: bytes,
    ...(onlyIf === undefined ? {} : { Metadata: { [writerName]: writer } }),
  }
  return of.calls.call(what, signal, async (http, attempt) => {
    if (onlyIf === undefined) {
      const answer = await of.direct({ method: 'PUT', ...object, body: bytes }, http)
      if (answer !== undefined) return bareEtag((await drained(answer))['etag'])
    }
    try {
      return bareEtag((await of.client.send(new PutObjectCommand(request), http)).ETag)
    } catch (error) {
      if (!isRefused(error, onlyIf)) throw error
      // What is in the way may be our own: of an attempt that succeeded, though its answer was lost.
      const found = attempt > 1 ? await headObject(of, key, signal) : undefined
      if (found?.Metadata?.[writerName] === writer) return bareEtag(found.ETag)
      throw new Conflict(key, conflictOf(onlyIf))
    }
  })
}

export function conditionOf(onlyIf: WriteOptions['onlyIf']): Condition {
  if (onlyIf === undefined) return {}
  return onlyIf === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: `"${onlyIf.etag}"` }
}

/** What is gone has no etag that could match. */
function isRefused(error: unknown, onlyIf: WriteOptions['onlyIf']): boolean {
  return onlyIf !== undefined && (isConflict(error) || isMissing(error))
}

function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Writes what comes: in one request if it is short, else in parts. */
async function putStream(
  of: Bucket,
  writing: Writing,
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly size: number; readonly etag: string }> {
  const reader = stream.getReader()
  const stop = (): void => void reader.cancel(writing.signal?.reason).catch(() => undefined)
  writing.signal?.addEventListener('abort', stop, { once: true })
  try {
    let size = 0
    const parts = partsFrom(reader, writing.signal, bytes => {
      size += bytes
    })
    const first = await parts.next()
    const second = first.done ? first : await parts.next()
    if (second.done) {
      const bytes = first.done ? new Uint8Array(0) : first.value
      return { size: bytes.length, etag: await putBytes(of, writing, bytes) }
    }
    async function* all(): AsyncGenerator<Uint8Array> {
      yield first.value as Uint8Array
      yield second.value as Uint8Array
      yield* parts
    }
    const etag = await putParts(of, writing, { parts: all(), metadata: {} })
    return { size, etag }
  } finally {
    writing.signal?.removeEventListener('abort', stop)
    reader.releaseLock()
  }
}

/** The bytes of a stream in pieces as long as parts are. */
async function* partsFrom(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let length = 0
  let index = 0
  for (;;) {
    const { done, value } = await reader.read()
    throwIfAborted(signal)
    if (done) break
    count(value.length)
    pieces.push(value)
    length += value.length
    while (length >= growingPart(index)) {
      const all = Buffer.concat(pieces)
      const size = growingPart(index++)
      yield all.subarray(0, size)
      pieces = [all.subarray(size)]
      length -= size
    }
  }
  if (length > 0) yield Buffer.concat(pieces)
}

interface Parted {
  readonly parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  readonly metadata: Record<string, string>
}

/** Sends one part while the next is gathered. */
async function putParts(of: Bucket, writing: Writing, { parts, metadata }: Parted): Promise<string> {
  const upload = await beginUpload(of, { ...writing, metadata })
  try {
    const etags = new Map<number, string>()
    let sending: Promise<void> = Promise.resolve()
    let number = 0
    for await (const bytes of parts) {
      await sending
      number++
      sending = send(of, upload, number, bytes, etags)
      sending.catch(() => undefined) // seen by whoever waits for it
    }
    await sending
    return await complete(of, upload, etags, writing)
  } catch (error) {
    await abortUpload(of, upload)
    throw error
  }
}

async function send(
  of: Bucket,
  upload: Upload,
  number: number,
  bytes: Uint8Array,
  etags: Map<number, string>,
): Promise<void> {
  etags.set(number, await sendPart(of, upload, number, bytes))
}

async function complete(
  of: Bucket,
  upload: Upload,
  etags: ReadonlyMap<number, string>,
  { key, onlyIf }: Writing,
): Promise<string> {
  try {
    return await completeUpload(of, upload, etags, conditionOf(onlyIf))
  } catch (error) {
    if (error instanceof Error && isRefused(error.cause, onlyIf)) throw new Conflict(key, conflictOf(onlyIf))
    throw error
  }
}
