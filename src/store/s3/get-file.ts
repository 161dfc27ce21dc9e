import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noProgress, systemCode } from '../../core/index.ts'
import { makeFolder } from '../durable.ts'
import { explained } from '../file-problem.ts'
import type { TransferOptions } from '../s3-store.ts'
import { NotFound } from '../store-errors.ts'
import type { Bucket } from './bucket.ts'
import { fetchWhole } from './fetch-whole.ts'
import { getParts } from './get-parts.ts'
import { oneRequest } from './parts.ts'
import { headObject } from './stat.ts'

/** Bytes up to which a file is written while all else waits. */
const atOnce = 1 << 20

/** Downloads an object into a file, which has all of it or is not there. */
export async function getFile(of: Bucket, key: string, path: string, options: TransferOptions): Promise<void> {
  const { signal, progress = noProgress } = options
  const what = `Cannot write "${path}"`
  if ((options.size ?? Number.POSITIVE_INFINITY) > oneRequest) {
    const facts = await headObject(of, key, signal)
    if (facts === undefined) throw new NotFound(key, of.name)
    if ((facts.ContentLength ?? 0) > oneRequest) {
      await makeFolder(dirname(path))
      return getParts(of, key, path, { facts, signal, progress })
    }
  }
  const bytes = await fetchWhole(of, key, signal === undefined ? {} : { signal })
  await explained(what, () => writeWhole(path, bytes))
  progress({ kind: 'progress', task: 'Downloading', done: bytes.length, total: bytes.length, unit: 'bytes' })
}

/** Small files at once: handing them to another thread, four times each, takes longer. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`
  try {
    if (bytes.length > atOnce) await writeFile(part, bytes)
    else writeFileSync(part, bytes)
    renameSync(part, path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !existsSync(dirname(path))) {
      await makeFolder(dirname(path))
      return writeWhole(path, bytes)
    }
    rmSync(part, { force: true })
    throw error
  }
}
