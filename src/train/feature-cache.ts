import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, noProgress, type Progress, systemClock } from '../core/index.ts'
import { makeFolder } from '../store/index.ts'
import type { Choices } from './choices.ts'
import { type ChunkFile, chunkEnding, type DiskRows, diskRows, unlessGone } from './disk-rows.ts'
import { readHead } from './feature-chunk.ts'
import { readForms, writeForms } from './kept-forms.ts'
import type { RowStore } from './row-store.ts'

export interface FeatureCacheOptions {
  /** Where rows are kept. Made when it is not there; may be deleted at any time. */
  readonly folder: string
  /** Bytes of all rows together; those that were not used for the longest time make room. Default: 10 GB. */
  readonly budget?: number
  /** Bytes of features up to which a training reads them into memory once, instead of batch by batch. Default: 512 MiB. */
  readonly memory?: number
  /** Tells processors apart that round differently: what one kind computed is not given to another. */
  readonly machine: string
  /** Default: silence. */
  readonly progress?: Progress
  /** Dates the use of rows. Default: the system's. */
  readonly clock?: Clock
}

/** What decides rows, and how many there are. */
export interface RowSource {
  /** SHA-256 of what computes the rows: the frozen part, the engine and its machine. */
  readonly digest: string
  /** For each row the SHA-256 of what it is computed from. */
  readonly keys: readonly string[]
  readonly rowBytes: number
}

/** What frozen parts made of films, on disk. */
export interface FeatureCache {
  readonly budget: number
  readonly memory: number
  readonly machine: string
  /** Rows of a source, some of which may be there already. @returns undefined when they do not fit into the budget */
  open(source: RowSource): Promise<RowStore | undefined>
  /** The forms in which a frozen part was measured to be fastest, so that a later training makes the same features of films. */
  forms(digest: string): Promise<Choices>
  keepForms(digest: string, forms: Choices): Promise<void>
}

const defaults = { budget: 10e9, memory: 512 * 2 ** 20 } as const

/**
 * Rows under the digests of what they were made from, so that no later epoch, fold or training computes them again: a folder for
 * each source, in it files of some rows each. Their names are digests, too. A file appears whole, so what a killed process had
 * finished stays. A damaged file is removed with a warning, and its rows are computed again.
 */
export function featureCache(options: FeatureCacheOptions): FeatureCache {
  const { folder, machine, progress = noProgress, clock = systemClock } = options
  const { budget, memory } = { ...defaults, ...options }
  const opened = new Set<DiskRows>()
  const formsAt = (digest: string): string => join(folder, `${digest}.forms.json`)
  const warn = (path: string): void => {
    progress({ kind: 'warning', text: `Features in "${path}" are damaged: they are computed again` })
  }
  return {
    budget,
    memory,
    machine,
    async open({ digest, keys, rowBytes }) {
      const place = join(folder, digest)
      await makeFolder(place)
      const closed = (): void => void opened.delete(rows)
      const rows: DiskRows = diskRows({ folder: place, keys, rowBytes, warn, closed, clock })
      const others = [...opened].reduce((sum, { needs }) => sum + needs, 0)
      if (others + rows.needs > budget) return undefined
      for (const file of await chunksIn(place, warn)) await rows.offer(file)
      await makeRoom(folder, budget, rows, opened)
      opened.add(rows)
      return rows
    },
    forms: digest => readForms(formsAt(digest)),
    async keepForms(digest, forms) {
      await makeFolder(folder)
      await writeForms(formsAt(digest), forms)
    },
  }
}

/** The files of a folder that are as they were written, as far as their heads tell. */
async function chunksIn(folder: string, warn: (path: string) => void): Promise<readonly ChunkFile[]> {
  const found: ChunkFile[] = []
  for (const { path, size } of await filesBelow(folder)) {
    const file = await open(path).catch(unlessGone)
    if (file === undefined) continue
    const head = await readHead(file, size).finally(() => file.close())
    if (head !== undefined) found.push({ path, size, head })
    else {
      warn(path)
      await rm(path, { force: true })
    }
  }
  return found
}

interface Sized {
  readonly path: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly used: number
}

/**
 * Removes files until all that there is, and all that is still to come, fits: first those that nobody has open, the longest
 * unused one first; then those of these rows of which the least is wanted.
 */
async function makeRoom(folder: string, budget: number, rows: DiskRows, opened: ReadonlySet<DiskRows>): Promise<void> {
  const files = await filesBelow(folder)
  const held = new Set([...opened].flatMap(others => [...others.uses().keys()].map(({ path }) => path)))
  const own = [...rows.uses()].filter(([{ path }]) => !held.has(path)).sort(([, a], [, b]) => a - b)
  const ownPaths = new Set(own.map(([{ path }]) => path))
  const idle = files.filter(({ path }) => !held.has(path) && !ownPaths.has(path)).sort((a, b) => a.used - b.used)
  const owed = [...opened].reduce((sum, others) => sum + others.owes(), 0)
  let size = files.reduce((sum, file) => sum + file.size, 0)
  const isFull = (): boolean => size + owed + rows.owes() > budget
  const remove = async (file: { readonly path: string; readonly size: number }): Promise<void> => {
    await rm(file.path, { force: true })
    size -= file.size
  }
  for (const file of idle) if (isFull()) await remove(file)
  for (const [file] of own) {
    if (!isFull()) break
    rows.forget(file)
    await remove(file)
  }
}

/** All files of rows below a folder. What another process removes meanwhile is left out. */
async function filesBelow(folder: string): Promise<readonly Sized[]> {
  const found: Sized[] = []
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(chunkEnding)) continue
    const path = join(entry.parentPath, entry.name)
    const about = await stat(path).catch(unlessGone)
    if (about !== undefined) found.push({ path, size: about.size, used: about.mtimeMs })
  }
  return found
}
