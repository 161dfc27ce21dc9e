import { link, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../core/index.ts'
import { claimed } from './claim.ts'
import { syncFolder } from './durable.ts'
import { type FileFacts, factsOf } from './file-facts.ts'
import { unlessMissing } from './file-problem.ts'
import type { WriteOptions } from './store.ts'

/** File systems without hard links say one of these. */
const noLinks = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']

/**
 * Gives a finished temporary file its real name, in one step and down to the disk. The temporary file is gone afterwards.
 *
 * @returns what is there now, or undefined when the condition did not hold.
 */
export async function placeFile(
  temporary: string,
  path: string,
  onlyIf: WriteOptions['onlyIf'],
): Promise<FileFacts | undefined> {
  try {
    await makeNewer(temporary, path)
    const facts = await factsOf(temporary)
    const placed = await place(temporary, path, onlyIf)
    if (!placed) return undefined
    await syncFolder(dirname(path))
    return facts
  } finally {
    await rm(temporary, { force: true })
  }
}

async function place(temporary: string, path: string, onlyIf: WriteOptions['onlyIf']): Promise<boolean> {
  if (onlyIf === undefined) {
    await rename(temporary, path)
    return true
  }
  if (onlyIf === 'absent') return placeIfAbsent(temporary, path)
  return renameIf(temporary, path, onlyIf.etag)
}

/** A link, unlike a rename, fails if the name is taken. */
async function placeIfAbsent(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (code === 'EEXIST') return false
    if (noLinks.includes(code)) return renameIf(temporary, path, undefined)
    throw error
  }
}

/** @param etag what must be there; undefined: nothing */
function renameIf(temporary: string, path: string, etag: string | undefined): Promise<boolean> {
  return claimed(path, etag ?? 'absent', async () => {
    const found = await unlessMissing(() => factsOf(path))
    if (found?.etag !== etag) return false
    await rename(temporary, path)
    return true
  })
}

/** Gives each version a later time than the one before, so that an etag never comes back. */
async function makeNewer(temporary: string, path: string): Promise<void> {
  const old = await unlessMissing(() => stat(path, { bigint: true }))
  if (old === undefined) return
  const { atime, mtimeNs } = await stat(temporary, { bigint: true })
  // The next millisecond but one: on its way through a float the time loses a fraction of a microsecond.
  if (mtimeNs <= old.mtimeNs) await utimes(temporary, atime, Number(old.mtimeNs / 1_000_000n + 2n) / 1000)
}
