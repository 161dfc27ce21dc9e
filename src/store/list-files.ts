import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted } from '../core/index.ts'
import { factsOf } from './file-facts.ts'
import { unlessMissing } from './file-problem.ts'
import { foldCase, ownPrefix } from './keys.ts'
import type { Entry } from './store.ts'

/** The entries below a folder whose keys start with a prefix, sorted by key. Only folders that may hold some are read. */
export async function* listFiles(root: string, prefix: string, signal?: AbortSignal): AsyncGenerator<Entry> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  yield* listFolder(root, folder, { prefix, signal })
}

interface Listing {
  readonly prefix: string
  readonly signal: AbortSignal | undefined
}

/** @param folder key of the folder, with `/` at its end, or empty */
async function* listFolder(root: string, folder: string, listing: Listing): AsyncGenerator<Entry> {
  throwIfAborted(listing.signal)
  const found = (await unlessMissing(() => readdir(join(root, folder), { withFileTypes: true }))) ?? []
  const below = found
    .filter(one => (one.isFile() || one.isDirectory()) && !foldCase(one.name).startsWith(ownPrefix))
    .map(one => `${folder}${one.name}${one.isDirectory() ? '/' : ''}`)
    .filter(key => key.startsWith(listing.prefix))
  for (const key of below.sort((a, b) => (a < b ? -1 : 1))) {
    throwIfAborted(listing.signal)
    if (key.endsWith('/')) {
      yield* listFolder(root, key, listing)
      continue
    }
    // Removed since the folder was read: then it is not there.
    const facts = await unlessMissing(() => factsOf(join(root, key)))
    if (facts !== undefined) yield { key, size: facts.size, etag: facts.etag, changed: facts.changed }
  }
}
