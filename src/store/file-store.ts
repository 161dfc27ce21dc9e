import { open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { throwIfAborted } from '../core/index.ts'
import { byteRange } from './byte-range.ts'
import { consuming } from './bytes.ts'
import { makeFolder, syncFolder } from './durable.ts'
import { factsFrom, factsOf } from './file-facts.ts'
import { explained, unlessMissing } from './file-problem.ts'
import { checkKey } from './keys.ts'
import { listFiles } from './list-files.ts'
import { placeFile } from './place-file.ts'
import { readFileRange } from './read-file-range.ts'
import { refuseTwin } from './refuse-twin.ts'
import type { Entry, ReadOptions, Store, WriteOptions } from './store.ts'
import { Conflict, conflictOf, NotFound } from './store-errors.ts'
import { sweeper, writeTemporary } from './temporary-file.ts'

/**
 * A folder as a store: the key is the path below it. The folder is made by the first write. Several processes may use it at
 * once. What is being written lies beside its place under a name that no key can have; what a killed process left there is
 * removed by the next write into that folder.
 */
export function fileStore(root: string): Store {
  const folder = resolve(root)
  const name = `the folder "${folder}"`
  const sweepOnce = sweeper()
  const pathOf = (key: string): string => {
    checkKey(key)
    return join(folder, key)
  }

  const read = async (key: string, options: ReadOptions = {}): Promise<ReadableStream<Uint8Array>> => {
    const path = pathOf(key)
    throwIfAborted(options.signal)
    const what = `Cannot read "${key}" in ${name}`
    const handle = await explained(what, () => unlessMissing(() => open(path, 'r')))
    if (handle === undefined) throw new NotFound(key, name)
    try {
      const { isFile, size } = factsFrom(await handle.stat({ bigint: true }))
      if (!isFile) throw new NotFound(key, name)
      return readFileRange({ handle, ...byteRange(size, options), what, signal: options.signal })
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  const write = async (
    key: string,
    body: Uint8Array | ReadableStream<Uint8Array>,
    options: WriteOptions,
  ): Promise<Entry> => {
    const path = pathOf(key)
    const what = `Cannot write "${key}" in ${name}`
    await explained(what, async () => {
      await refuseTwin(folder, key)
      await makeFolder(dirname(path))
      await sweepOnce(dirname(path))
    })
    const temporary = await writeTemporary(dirname(path), body, what, options.signal)
    const facts = await explained(what, () => placeFile(temporary, path, options.onlyIf))
    if (facts === undefined) throw new Conflict(key, conflictOf(options.onlyIf))
    return { key, size: facts.size, etag: facts.etag, changed: facts.changed }
  }

  return {
    name,
    read,
    write: (key, body, options = {}) => consuming(body, () => write(key, body, options)),
    stat: async key => {
      const path = pathOf(key)
      const facts = await unlessMissing(() => factsOf(path))
      return facts?.isFile ? { key, size: facts.size, etag: facts.etag, changed: facts.changed } : undefined
    },
    list: (prefix, options) => listFiles(folder, prefix, options?.signal),
    remove: async key => {
      const path = pathOf(key)
      const facts = await unlessMissing(() => factsOf(path))
      if (!facts?.isFile) return
      await explained(`Cannot remove "${key}" from ${name}`, async () => {
        await rm(path, { force: true })
        await syncFolder(dirname(path))
      })
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
