import { createReadStream, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { forEachAtOnce, Misuse, noProgress, type Progress } from '../core/index.ts'
import { explained, unlessMissing } from './file-problem.ts'
import { checkKey } from './keys.ts'
import { hashing } from './s3/known-digest.ts'
import { partSizeOf } from './s3/parts.ts'
import type { TransferOptions } from './s3-store.ts'
import type { Entry, Store } from './store.ts'
import { getFile, putFile } from './transfer.ts'

/** What was carried, and what was there already with the same bytes. */
export interface Transferred {
  readonly files: number
  /** Bytes of all files, those that were there already too. */
  readonly bytes: number
  readonly unchanged: number
  /** Paths of what is neither a file nor a link to one: links to folders, pipes. Empty of what comes out of a store. */
  readonly leftOut: readonly string[]
}

/** Files that are under way at the same time. */
const atOnce = 32

/**
 * Puts every file of a folder into a store, many at once. What is there already with the same bytes is not sent again, so
 * that an interrupted transfer goes on. Links are followed to files, not to folders. Nothing is sent before every name is known to be a key.
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
  const leftOut: string[] = []
  for (const one of found) {
    if (one.isDirectory()) continue
    const path = join(one.parentPath, one.name)
    const key = prefix + relative(folder, path).split(sep).join('/')
    const facts = await explained(`Cannot read "${path}"`, async () => statSync(path))
    if (!facts.isFile()) leftOut.push(path)
    else files.push({ key, path, size: facts.size, etag: there.get(key)?.etag })
  }
  for (const { key } of files) checkKey(key)
  const isThere = (item: Item): boolean => there.get(item.key)?.size === item.size
  const carried = await carry(files, {
    task: 'Uploading',
    isThere,
    options,
    work: (item, rest) => putFile(store, item.path, item.key, rest),
  })
  return { ...carried, leftOut }
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
  return { files, bytes, unchanged, leftOut: [] }
}

/** Whether the bytes of a file are those of the object: its etag is their MD5, or that of the parts in which we would send them. */
async function isSame({ path, size, etag = '' }: Item): Promise<boolean> {
  const [, count] = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(etag) ?? [undefined, 'unknown']
  const partSize = partSizeOf(size)
  if (count !== undefined && Number(count) !== Math.ceil(size / partSize)) return false
  const hash = hashing(count === undefined ? { etag } : { etag, partSize })
  const isRead = await unlessMissing(async () => {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece)
    return true
  })
  return isRead === true && hash.end() === etag
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
