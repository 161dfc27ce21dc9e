import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  NoSuchUpload,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import { drained } from './direct.ts'
import { joinedEtag } from './known-digest.ts'
import { isConflict, isMissing } from './problems.ts'

/** An object that is being written in parts: nobody sees it before it is completed. */
export interface Upload {
  readonly key: string
  readonly id: string
  /** The beginning of an error's sentence. */
  readonly what: string
  readonly signal: AbortSignal | undefined
}

/** The etags of parts, by their number. */
export type Etags = ReadonlyMap<number, string>

/** What a request is to carry so that it is carried out under a condition only. */
export interface Condition {
  readonly IfNoneMatch?: string
  readonly IfMatch?: string
}

export async function beginUpload(
  of: Bucket,
  { key, what, signal, metadata }: Omit<Upload, 'id'> & { readonly metadata: Record<string, string> },
): Promise<Upload> {
  const request = new CreateMultipartUploadCommand({ ...foreignObject(of, key), Metadata: metadata })
  const { UploadId } = await of.calls.call(what, signal, http => of.client.send(request, http))
  return { key, id: UploadId ?? '', what, signal }
}

/** @returns its etag */
export async function sendPart(of: Bucket, upload: Upload, number: number, bytes: Uint8Array): Promise<string> {
  const object = foreignObject(of, upload.key)
  const request = { ...object, UploadId: upload.id, PartNumber: number, Body: bytes }
  const query = { partNumber: String(number), uploadId: upload.id }
  return of.calls.call(upload.what, upload.signal, async http => {
    const answer = await of.direct({ method: 'PUT', ...object, query, body: bytes }, http)
    if (answer !== undefined) return bareEtag((await drained(answer))['etag'])
    return bareEtag((await of.client.send(new UploadPartCommand(request), http)).ETag)
  })
}

/** Makes one object of the parts. @returns its etag @throws what a condition that does not hold gives */
export async function completeUpload(
  of: Bucket,
  upload: Upload,
  etags: Etags,
  condition: Condition = {},
): Promise<string> {
  const numbers = [...etags.keys()].sort((a, b) => a - b)
  const request = new CompleteMultipartUploadCommand({
    ...foreignObject(of, upload.key),
    ...condition,
    UploadId: upload.id,
    MultipartUpload: { Parts: numbers.map(number => ({ PartNumber: number, ETag: `"${etags.get(number)}"` })) },
  })
  const expected = joinedEtag(numbers.map(number => etags.get(number)!))
  return of.calls.call(upload.what, upload.signal, async (http, attempt) => {
    try {
      return bareEtag((await of.client.send(request, http)).ETag)
    } catch (error) {
      // An earlier attempt may have done it, though its answer was lost.
      const isDone = attempt > 1 && (error instanceof NoSuchUpload || isConflict(error))
      if (isDone && (await etagOf(of, upload)) === expected) return expected
      throw error
    }
  })
}

async function etagOf(of: Bucket, { key, signal, what }: Upload): Promise<string | undefined> {
  return of.calls.call(what, signal, async http => {
    try {
      return bareEtag((await of.client.send(new HeadObjectCommand(foreignObject(of, key)), http)).ETag)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  })
}

/** Throws the parts away. Whoever asked to stop is not asked again: it is the last thing done. */
export async function abortUpload(of: Bucket, upload: Omit<Upload, 'signal'>): Promise<void> {
  const request = new AbortMultipartUploadCommand({ ...foreignObject(of, upload.key), UploadId: upload.id })
  await of.calls.call(upload.what, undefined, async http => {
    try {
      await of.client.send(request, http)
    } catch (error) {
      if (!(error instanceof NoSuchUpload)) throw error
    }
  })
}
