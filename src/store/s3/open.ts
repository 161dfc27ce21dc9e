import { randomInt } from 'node:crypto'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { Misuse, random, systemClock, throwIfAborted } from '../../core/index.ts'
import { consuming } from '../bytes.ts'
import { checkKey } from '../keys.ts'
import type { LinkOptions, S3Options, S3Place, S3Store } from '../s3-store.ts'
import type { Entry, WriteOptions } from '../store.ts'
import { Conflict, conflictOf, NotFound } from '../store-errors.ts'
import { accessTo } from './access.ts'
import { type Bucket, foreignObject, objectOf } from './bucket.ts'
import { s3Calls } from './calls.ts'
import { claimed } from './claims.ts'
import { conditionsOf } from './conditions.ts'
import { directTo } from './direct.ts'
import { getFile } from './get-file.ts'
import { listObjects } from './list.ts'
import { neighbours } from './neighbours.ts'
import { putFile } from './put-file.ts'
import { readObject } from './read.ts'
import { abortStale } from './stale-uploads.ts'
import { headObject, statObject } from './stat.ts'
import { writeObject } from './write.ts'

const week = 7 * 24 * 3600
/** Connections that are kept open to one store. */
const connections = 64

export async function openS3(place: S3Place, options: S3Options): Promise<S3Store> {
  const { bucket, access } = await openBucket(place, options)
  const { check, forget } = neighbours(bucket)
  const honoured = options.conditions === 'claims' ? () => Promise.resolve(false) : conditionsOf(bucket)

  const write = async (
    key: string,
    body: Uint8Array | ReadableStream<Uint8Array>,
    options: WriteOptions,
  ): Promise<Entry> => {
    checkKey(key)
    throwIfAborted(options.signal)
    await check(key, options.signal)
    if (options.onlyIf === undefined || (await honoured())) return writeObject(bucket, key, body, options)
    return writeIf(bucket, key, body, options)
  }
  return {
    name: bucket.name,
    access,
    stat: async key => {
      checkKey(key)
      return statObject(bucket, key)
    },
    read: async (key, options) => {
      checkKey(key)
      return readObject(bucket, key, options)
    },
    write: (key, body, options = {}) => consuming(body, () => write(key, body, options)),
    list: (prefix, options) => listObjects(bucket, prefix, options?.signal),
    remove: async key => {
      const request = new DeleteObjectCommand(objectOf(bucket, key))
      await bucket.calls.call(`Cannot remove "${key}" from ${bucket.name}`, undefined, http =>
        bucket.client.send(request, http),
      )
      forget(key)
    },
    link: (key, options) => link(bucket, key, options),
    putFile: async (path, key, options = {}) => {
      checkKey(key)
      await check(key, options.signal)
      await putFile(bucket, path, key, options)
    },
    getFile: (key, path, options = {}) => getFile(bucket, key, path, options),
    abortStale: prefix => abortStale(bucket, { prefix, olderThan: week * 1000 }),
    [Symbol.asyncDispose]: async () => {
      await bucket.direct.close()
      bucket.client.destroy()
    },
  }
}

async function openBucket(place: S3Place, options: S3Options): Promise<{ bucket: Bucket; access: string }> {
  const prefix = place.prefix ?? ''
  if (prefix !== '') checkKey(prefix)
  const { clock = systemClock, seed = randomInt(2 ** 47), attempts = 8, idle = 30_000 } = options
  const { client: found, words, isAmazon } = await accessTo(place, options)
  if (found.region === undefined) {
    throw new Misuse(`Cannot open the bucket "${place.bucket}": nothing says in which region of Amazon it is`, {
      next: 'set "region" of the store, or AWS_REGION; or "endpoint", when it is not Amazon\'s',
    })
  }
  const client = new S3Client({
    ...found,
    // Further attempts are made by `calls`, which hears of Ctrl-C and waits by the clock that was handed in.
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: idle,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  })
  const endpoint = await endpointOf(client)
  const name = `s3://${place.bucket}${prefix === '' ? '' : `/${prefix}`} at ${endpoint}`
  const calls = s3Calls({ clock, random: random(seed, 's3'), attempts, where: `"${endpoint}"` })
  const direct = directTo(client, {
    bucket: place.bucket,
    endpoint: isAmazon ? undefined : endpoint,
    idle,
    most: connections,
  })
  const bucket = { client, calls, direct, bucket: place.bucket, prefix: prefix === '' ? '' : `${prefix}/`, name }
  return { bucket, access: words }
}

async function endpointOf({ config }: S3Client): Promise<string> {
  const { protocol, hostname, port } = (await config.endpoint?.()) ?? {
    protocol: 'https:',
    hostname: `s3.${await config.region()}.amazonaws.com`,
  }
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
}

/** A write under a condition on a server that honours none. */
async function writeIf(
  of: Bucket,
  key: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
  options: WriteOptions,
): Promise<Entry> {
  const { onlyIf, signal } = options
  const refuse = async (): Promise<void> => {
    const etag = (await statObject(of, key, signal))?.etag
    const holds = onlyIf === undefined || (onlyIf === 'absent' ? etag === undefined : etag === onlyIf.etag)
    if (!holds) throw new Conflict(key, conflictOf(onlyIf))
  }
  await refuse()
  return claimed(of, key, signal, async () => {
    await refuse()
    return writeObject(of, key, body, signal === undefined ? {} : { signal })
  })
}

async function link(of: Bucket, key: string, { method, expires }: LinkOptions): Promise<string> {
  if (!(Number.isInteger(expires) && expires >= 1 && expires <= week)) {
    throw new Misuse(`Cannot make a link to "${key}" for ${expires} seconds: wanted 1 second to seven days`)
  }
  const object = method === 'put' ? objectOf(of, key) : foreignObject(of, key)
  const request = method === 'put' ? new PutObjectCommand(object) : new GetObjectCommand(object)
  // A wrong key, a wrong region and a clock that is off would make a link that opens nothing: the server's answer tells.
  const found = await headObject(of, key)
  if (found === undefined && method === 'get') throw new NotFound(key, of.name)
  return of.calls.call(`Cannot make a link to "${key}" in ${of.name}`, undefined, () =>
    getSignedUrl(of.client, request, {
      expiresIn: expires,
      signingDate: new Date(Date.now() + of.client.config.systemClockOffset),
    }),
  )
}
