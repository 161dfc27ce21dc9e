import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { throwIfAborted } from '../../core/index.ts'
import { ownPrefix } from '../keys.ts'
import type { Entry } from '../store.ts'
import { type Bucket, bareEtag } from './bucket.ts'
import { wholeSeconds } from './stat.ts'

/** Every object whose key starts with a prefix, but our own marks and what stands for empty folders. */
export async function* listObjects(of: Bucket, prefix: string, signal?: AbortSignal): AsyncGenerator<Entry> {
  for await (const page of pages(of, { prefix, signal })) {
    for (const one of page.Contents ?? []) {
      throwIfAborted(signal)
      const key = plain(page, one.Key).slice(of.prefix.length)
      if (key === '' || key.endsWith('/') || `/${key}`.includes(`/${ownPrefix}`)) continue
      yield { key, size: one.Size ?? 0, etag: bareEtag(one.ETag), changed: wholeSeconds(one.LastModified) }
    }
  }
}

/** The names in a folder, those of folders with a slash at their end. */
export async function namesIn(of: Bucket, folder: string, signal?: AbortSignal): Promise<readonly string[]> {
  const names: string[] = []
  const start = of.prefix.length + folder.length
  for await (const page of pages(of, { prefix: folder, delimiter: '/', signal })) {
    for (const { Prefix } of page.CommonPrefixes ?? []) names.push(plain(page, Prefix).slice(start))
    for (const { Key } of page.Contents ?? []) names.push(plain(page, Key).slice(start))
  }
  return names.filter(name => name !== '')
}

interface Listing {
  readonly prefix: string
  readonly delimiter?: string
  readonly signal: AbortSignal | undefined
}

async function* pages(of: Bucket, { prefix, delimiter, signal }: Listing): AsyncGenerator<ListObjectsV2CommandOutput> {
  let next: string | undefined
  do {
    throwIfAborted(signal)
    const request = new ListObjectsV2Command({
      Bucket: of.bucket,
      Prefix: of.prefix + prefix,
      // Keys of others may hold what XML cannot.
      EncodingType: 'url',
      ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
      ...(next === undefined ? {} : { ContinuationToken: next }),
    })
    const page = await of.calls.call(`Cannot list "${prefix}" in ${of.name}`, signal, http =>
      of.client.send(request, http),
    )
    yield page
    next = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (next !== undefined)
}

function plain(page: ListObjectsV2CommandOutput, text = ''): string {
  return page.EncodingType === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text
}
