import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Entry } from '../store.ts'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import type { Http } from './calls.ts'
import { isMissing, isUnexplained } from './problems.ts'

/** What the server knows of an object; undefined when there is none. */
export function headObject(
  of: Bucket,
  key: string,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput | undefined> {
  return of.calls.call(`Cannot look for "${key}" in ${of.name}`, signal, async http => {
    try {
      return await of.client.send(new HeadObjectCommand(foreignObject(of, key)), http)
    } catch (error) {
      if (isMissing(error)) return undefined
      if (isUnexplained(error)) await sayWhy(of, key, http)
      throw error
    }
  })
}

/** @throws the same refusal with its reason, which answers to GET have */
async function sayWhy(of: Bucket, key: string, http: Http): Promise<void> {
  const { Body } = await of.client.send(new GetObjectCommand({ ...foreignObject(of, key), Range: 'bytes=0-0' }), http)
  if (Body instanceof Readable) Body.destroy()
}

export async function statObject(of: Bucket, key: string, signal?: AbortSignal): Promise<Entry | undefined> {
  const found = await headObject(of, key, signal)
  if (found === undefined) return undefined
  return {
    key,
    size: found.ContentLength ?? 0,
    etag: bareEtag(found.ETag),
    changed: wholeSeconds(found.LastModified),
  }
}

/** Lists give fractions of a second, answers to HEAD do not. */
export function wholeSeconds(time: Date | undefined): Date {
  return new Date(Math.floor((time?.getTime() ?? 0) / 1000) * 1000)
}
