import { createReadStream, createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeFolder } from './durable.ts'
import { explained } from './file-problem.ts'
import type { S3Store, TransferOptions } from './s3-store.ts'
import type { Store } from './store.ts'

/** Whether a store is a bucket, which has addresses and many connections. */
export function isS3(store: Store): store is S3Store {
  return 'putFile' in store && 'getFile' in store && 'link' in store
}

/** Puts a file into any store; into a bucket as `S3Store.putFile` does. */
export async function putFile(store: Store, path: string, key: string, options: TransferOptions = {}): Promise<void> {
  if (isS3(store)) return store.putFile(path, key, options)
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
  await explained(`Cannot read "${path}"`, () =>
    store.write(key, body, options.signal === undefined ? {} : { signal: options.signal }),
  )
}

/** Gets a file out of any store; out of a bucket as `S3Store.getFile` does. @throws NotFound */
export async function getFile(store: Store, key: string, path: string, options: TransferOptions = {}): Promise<void> {
  if (isS3(store)) return store.getFile(key, path, options)
  const body = await store.read(key, options.signal === undefined ? {} : { signal: options.signal })
  await makeFolder(dirname(path))
  await explained(`Cannot write "${path}"`, async () => {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(`${path}.part`))
    await rename(`${path}.part`, path)
  })
}
