import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { forEachAtOnce, Misuse, noProgress, type Progress } from '../core/index.ts'
import { explained } from './file-problem.ts'
import type { TransferOptions } from './s3-store.ts'
import type { Entry, Store } from './store.ts'
import { getFile, putFile } from './transfer.ts'

/** What was carried, and what was there already with the same bytes. */
export interface Transferred {
  readonly files: number
  /** Bytes of all files, those that were there already too. */
  readonly bytes: number
  readonly unchanged: number
}

/** Files that are under way at the same time. */
const atOnce = 32

/**
 * Puts every file of a folder into a store, many at once. What is there already with the same bytes is not sent again, so
 * that an interrupted transfer goes on. Links are followed to files, not to folders.
 *
 * @param prefix what the keys begin with; empty, or with a slash at its end
 */
export async function putFolder(
  store: Store,
  folder: string,
  prefix: string,
  options: TransferOptions = {},
): Promise<Transferred> {
  const there = await entriesOf(store, prefix, options)
  const found = await explained(`Cannot read the folder "${folder}"`, () =>
    readdir(folder, { recursive: true, withFileTypes: true }),
  )
  const files: Item[] = []
  for (const one of found) {
    if (!one.isFile()) continue
    const path = join(one.parentPath, one.name)
    const key = prefix + relative(folder, path).split(sep).join('/')
    files.push({ key, path, size: statSync(path).size, etag: there.get(key)?.etag })
  }
  const isThere = (item: Item): boolean => there.get(item.key)?.size === item.size
  return carry(files, {
    task: 'Uploading',
    isThere,
    options,
    work: (item, rest) => putFile(store, item.path, item.key, rest),
  })
}

/** Gets every object below a prefix into a folder, many at once. What is there already with the same bytes is not asked for. */
export async function getFolder(
  store: Store,
  prefix: string,
  folder: string,
  options: TransferOptions = {},
): Promise<Transferred> {
  const files: Item[] = []
  const sizes = new Map<string, number>()
  for (const { key, size, etag } of (await entriesOf(store, prefix, options)).values()) {
    const path = join(folder, ...segmentsOf(key, prefix))
    files.push({ key, path, size, etag })
    const facts = statSync(path, { throwIfNoEntry: false })
    if (facts?.isFile() === true) sizes.set(key, facts.size)
  }
  const isThere = (item: Item): boolean => sizes.get(item.key) === item.size
  return carry(files, {
    task: 'Downloading',
    isThere,
    options,
    work: (item, rest) => getFile(store, item.key, item.path, { ...rest, size: item.size }),
  })
}

interface Item {
  readonly key: string
  readonly path: string
  readonly size: number
  readonly etag: string | undefined
}

interface Carrying {
  readonly task: string
  readonly options: TransferOptions
  /** Whether there is something of the same length at the other side, which is worth a comparison. */
  isThere(item: Item): boolean
  work(item: Item, options: TransferOptions): Promise<void>
}

async function carry(items: readonly Item[], { task, options, isThere, work }: Carrying): Promise<Transferred> {
  const { signal, progress = noProgress } = options
  const bytes = items.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  let files = 0
  let unchanged = 0
  const report = (): void =>
    progress({ kind: 'progress', task, done, total: bytes, unit: 'bytes', detail: `${files}/${items.length} files` })
  const one = async (item: Item): Promise<void> => {
    if (isThere(item) && (await isSame(item))) {
      unchanged++
      done += item.size
    } else {
      let before = 0
      const inner: Progress = event => {
        if (event.kind !== 'progress') return progress(event)
        done += event.done - before
        before = event.done
        report()
      }
      await work(item, { ...(signal === undefined ? {} : { signal }), progress: inner })
      done += item.size - before
    }
    files++
    report()
  }
  await forEachAtOnce(items, atOnce, one, signal)
  return { files, bytes, unchanged }
}

/** Whether the bytes of a file are those of the object: of objects whose etag is an MD5 that can be told. */
async function isSame({ path, etag = '' }: Item): Promise<boolean> {
  if (!/^[0-9a-f]{32}$/.test(etag)) return false
  return (
    createHash('md5')
      .update(await readFile(path))
      .digest('hex') === etag
  )
}

async function entriesOf(store: Store, prefix: string, { signal }: TransferOptions): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  for await (const entry of store.list(prefix, signal === undefined ? {} : { signal })) entries.set(entry.key, entry)
  return entries
}

/** The way to a file below the folder. Whoever writes into a bucket must not choose files outside of it. */
function segmentsOf(key: string, prefix: string): readonly string[] {
  const segments = key.slice(prefix.length).split('/')
  if (segments.every(segment => segment !== '' && segment !== '.' && segment !== '..' && !segment.includes(sep))) {
    return segments
  }
  throw new Misuse(`Cannot download ${JSON.stringify(key)}: as a path it would lead out of the folder`)
}
