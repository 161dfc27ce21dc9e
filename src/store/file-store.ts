import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { Misuse, sha256, systemCode, throwIfAborted } from '../core/index.ts'
import { checkKey, temporaryPrefix } from './keys.ts'
import type { Entry, Store } from './store.ts'
import { Conflict, NotFound } from './store-errors.ts'
import { writeFileWhole } from './write-file-whole.ts'

/** A folder as a store. Safe for several processes at once. */
export function fileStore(root: string): Store {
  const name = `the folder "${root}"`
  const pathOf = (key: string): string => {
    checkKey(key)
    return join(root, ...key.split('/'))
  }
  const statKey = async (key: string): Promise<Entry | undefined> => {
    const facts = await unlessMissing(stat(pathOf(key), { bigint: true }))
    if (!facts?.isFile()) return undefined
    return {
      key,
      size: Number(facts.size),
      etag: sha256(`${facts.size}-${facts.mtimeNs}-${facts.ino}`).slice(0, 32),
      changed: new Date(Number(facts.mtimeMs)),
    }
  }
  const store: Store = {
    name,
    stat: statKey,
    read: async (key, options = {}) => {
      const entry = await statKey(key)
      if (!entry) throw new NotFound(name, key)
      const from = Math.min(options.from ?? 0, entry.size)
      const to = Math.min(options.to ?? entry.size, entry.size)
      if (to <= from) return new ReadableStream({ start: controller => controller.close() })
      const file = createReadStream(pathOf(key), {
        start: from,
        end: to - 1,
        highWaterMark: 1 << 20,
        ...(options.signal ? { signal: options.signal } : {}),
      })
      return Readable.toWeb(file) as ReadableStream<Uint8Array>
    },
    write: async (key, body, options = {}) => {
      const path = pathOf(key)
      throwIfAborted(options.signal)
      await mkdir(dirname(path), { recursive: true })
      await refuseOtherCase(root, key)
      const onlyIf = options.onlyIf
      if (typeof onlyIf === 'object' && (await statKey(key))?.etag !== onlyIf.etag) throw new Conflict(name, key)
      try {
        await writeFileWhole(path, body, { onlyIfAbsent: onlyIf === 'absent', signal: options.signal })
      } catch (error) {
        if (onlyIf === 'absent' && systemCode(error) === 'EEXIST') throw new Conflict(name, key)
        throw error
      }
      const entry = await statKey(key)
      if (!entry) throw new NotFound(name, key)
      return entry
    },
    list: async function* (prefix, options = {}) {
      for await (const key of keysBelow(root, '', prefix)) {
        throwIfAborted(options.signal)
        const entry = await statKey(key)
        if (entry) yield entry
      }
    },
    remove: async key => rm(pathOf(key), { force: true }),
    [Symbol.asyncDispose]: async () => undefined,
  }
  return store
}

/** Keys in order; folders that cannot hold the prefix are not opened. */
async function* keysBelow(root: string, folder: string, prefix: string): AsyncGenerator<string, void, void> {
  const names = (await unlessMissing(readdir(join(root, folder), { withFileTypes: true }))) ?? []
  const sorted = names
    .filter(entry => !entry.name.startsWith(temporaryPrefix))
    .map(entry => ({ key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, folder: entry.isDirectory() }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const entry of sorted) {
    if (!entry.key.startsWith(prefix.slice(0, entry.key.length)) || (!entry.folder && !entry.key.startsWith(prefix)))
      continue
    if (entry.folder) yield* keysBelow(root, entry.key, prefix)
    else yield entry.key
  }
}

/** Two names that differ by case alone would be one file on some systems. */
async function refuseOtherCase(root: string, key: string): Promise<void> {
  let folder = root
  for (const segment of key.split('/')) {
    const names = await unlessMissing(readdir(folder))
    if (!names) return
    if (!names.includes(segment)) {
      const twin = names.find(name => name.toLowerCase() === segment.toLowerCase())
      if (twin !== undefined) {
        throw new Misuse(`Cannot write the key "${key}": "${twin}" is there and differs by case alone`)
      }
      return
    }
    folder = join(folder, segment)
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
