import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
} from '@aws-sdk/client-s3'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import { abortUpload, type Upload } from './upload.ts'

/** An upload that was begun and not completed. */
export interface Begun {
  readonly key: string
  readonly id: string
  readonly begun: Date
}

/** Uploads under way, or given up, below a prefix. */
export async function listUploads(of: Bucket, prefix: string, signal?: AbortSignal): Promise<readonly Begun[]> {
  const found: Begun[] = []
  for await (const page of pages(of, prefix, signal)) {
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
      // Some servers take the prefix for a hint.
      if (!Key.startsWith(of.prefix + prefix)) continue
      found.push({ key: Key.slice(of.prefix.length), id: UploadId, begun: Initiated ?? new Date(0) })
    }
  }
  return found
}

async function* pages(
  of: Bucket,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListMultipartUploadsCommandOutput> {
  let key: string | undefined
  let id: string | undefined
  do {
    const request = new ListMultipartUploadsCommand({
      Bucket: of.bucket,
      Prefix: of.prefix + prefix,
      ...(key === undefined ? {} : { KeyMarker: key }),
      ...(id === undefined ? {} : { UploadIdMarker: id }),
    })
    const page: ListMultipartUploadsCommandOutput = await of.calls.call(
      `Cannot list the uploads to ${of.name}`,
      signal,
      http => of.client.send(request, http),
    )
    yield page
    key = page.IsTruncated === true ? page.NextKeyMarker : undefined
    id = page.NextUploadIdMarker
  } while (key !== undefined)
}

/** The etags of the parts that are there, of those that are as long as they should be. */
export async function listParts(
  of: Bucket,
  upload: Upload,
  lengthOf: (number: number) => number | undefined,
): Promise<ReadonlyMap<number, string>> {
  const parts = new Map<number, string>()
  let next: string | undefined
  do {
    const request = new ListPartsCommand({
      ...foreignObject(of, upload.key),
      UploadId: upload.id,
      ...(next === undefined ? {} : { PartNumberMarker: next }),
    })
    const page = await of.calls.call(upload.what, upload.signal, http => of.client.send(request, http))
    for (const { PartNumber = 0, ETag, Size } of page.Parts ?? []) {
      if (lengthOf(PartNumber) === Size) parts.set(PartNumber, bareEtag(ETag))
    }
    next = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
  } while (next !== undefined)
  return parts
}

/** Gives up what was begun long ago, by the clock that was handed in. @returns how many */
export async function abortStale(
  of: Bucket,
  { prefix, olderThan }: { readonly prefix: string; readonly olderThan: number },
): Promise<number> {
  const before = of.calls.clock.now() - olderThan
  const stale = (await listUploads(of, prefix)).filter(({ begun }) => begun.getTime() < before)
  const what = `Cannot give up an old upload to ${of.name}`
  for (const { key, id } of stale) await abortUpload(of, { key, id, what })
  return stale.length
}
