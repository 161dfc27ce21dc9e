import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noProgress } from '../../core/index.ts'
import { collect } from '../bytes.ts'
import { makeFolder } from '../durable.ts'
import { explained } from '../file-problem.ts'
import type { TransferOptions } from '../s3-store.ts'
import { NotFound } from '../store-errors.ts'
import type { Bucket } from './bucket.ts'
import { getParts } from './get-parts.ts'
import { oneRequest } from './parts.ts'
import { readObject } from './read.ts'
import { headObject } from './stat.ts'

/** Downloads an object into a file, which has all of it or is not there. */
export async function getFile(of: Bucket, key: string, path: string, options: TransferOptions): Promise<void> {
  const { signal, progress = noProgress } = options
  const what = `Cannot write "${path}"`
  await makeFolder(dirname(path))
  if ((options.size ?? Number.POSITIVE_INFINITY) > oneRequest) {
    const facts = await headObject(of, key, signal)
    if (facts === undefined) throw new NotFound(key, of.name)
    if ((facts.ContentLength ?? 0) > oneRequest) return getParts(of, key, path, { facts, signal, progress })
  }
  const bytes = await collect(await readObject(of, key, signal === undefined ? {} : { signal }), { signal })
  try {
    await explained(what, () => writeFile(`${path}.part`, bytes))
    await explained(what, () => rename(`${path}.part`, path))
  } catch (error) {
    await rm(`${path}.part`, { force: true })
    throw error
  }
  progress({ kind: 'progress', task: 'Downloading', done: bytes.length, total: bytes.length, unit: 'bytes' })
}
