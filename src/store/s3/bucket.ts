import type { S3Client } from '@aws-sdk/client-s3'
import { checkKey } from '../keys.ts'
import type { Calls } from './calls.ts'
import type { Direct } from './direct.ts'

/** A bucket, or a folder of it, with what requests to it are made with. */
export interface Bucket {
  readonly client: S3Client
  readonly calls: Calls
  readonly direct: Direct
  readonly bucket: string
  /** What keys of the bucket begin with: empty, or with a slash at its end. */
  readonly prefix: string
  /** For people. */
  readonly name: string
}

/** Where an object is, as requests say it. @throws Misuse when the key is none */
export function objectOf({ bucket, prefix }: Bucket, key: string): { readonly Bucket: string; readonly Key: string } {
  checkKey(key)
  return { Bucket: bucket, Key: prefix + key }
}

/** The same for keys that other tools wrote, which may be odd. */
export function foreignObject(of: Bucket, key: string): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: of.bucket, Key: of.prefix + key }
}

/** Etags go in quotation marks over the wire, and without any through our code. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^(W\/)?"|"$/g, '')
}
