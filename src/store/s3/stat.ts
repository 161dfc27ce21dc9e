import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Entry } from '../store.ts'
import { type Bucket, bareEtag, foreignObject } from './bucket.ts'
import type { Http } from './calls.ts'
import { isMissing, isUnexplained, statusOf } from './problems.ts'

/** What the server knows of an object; undefined when there is none. */
export function headObject(
  of: Bucket,
  key: string,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput | undefined> {
  return of.calls.call(`Cannot look for "${key}" in ${of.name}`, signal, async http => {
    const ask = (): Promise<HeadObjectCommandOutput> =>
      of.client.send(new HeadObjectCommand(foreignObject(of, key)), http)
    try {
      return await ask().catch(async (error: unknown) => {
        if (!isUnexplained(error)) throw error
        await sayWhy(of, key, http)
        // GET was answered: what was wrong was the clock, which the SDK has put right by the first answer.
        return ask()
      })
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  })
}

/** @throws the refusal with its reason, which answers to GET have */
async function sayWhy(of: Bucket, key: string, http: Http): Promise<void> {
  try {
    const request = new GetObjectCommand({ ...foreignObject(of, key), Range: 'bytes=0-0' })
    const { Body } = await of.client.send(request, http)
    if (Body instanceof Readable) Body.destroy()
  } catch (error) {
    if (statusOf(error) !== 416) throw error // it is there, and empty
  }
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
