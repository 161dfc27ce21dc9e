import { type FileHandle, open, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, sha256, systemCode } from '../core/index.ts'
import { writeFileWhole } from '../store/index.ts'
import { type ChunkHead, chunkBytes, encodeChunk, readRow } from './feature-chunk.ts'
import type { RowStore } from './row-store.ts'

/** A file of rows. */
export interface ChunkFile {
  readonly path: string
  readonly size: number
  readonly head: ChunkHead
}

/** The rows of one source that somebody asked for, in the files of a folder. */
export interface DiskRows extends RowStore {
  /** Bytes of all rows that were asked for, there or not. */
  readonly needs: number
  /** Bytes of those that are not there yet. */
  owes(): number
  /** The files that hold some of them, with the share of each file that was asked for. */
  uses(): ReadonlyMap<ChunkFile, number>
  /** Takes a file over if it holds some of the rows, and dates its use. */
  offer(file: ChunkFile): Promise<void>
  /** Forgets a file, so that its rows count as missing. */
  forget(file: ChunkFile): void
}

export interface DiskRowsOptions {
  readonly folder: string
  /** SHA-256 of what each row is computed from. Rows of equal keys are one. */
  readonly keys: readonly string[]
  readonly rowBytes: number
  /** Told of damaged files, by their paths. */
  readonly warn: (path: string) => void
  readonly closed: () => void
  /** Dates the use of files. */
  readonly clock: Clock
}

/** How the names of the files end. */
export const chunkEnding = '.rows'

/** A file is written after so many rows or bytes: a killed process loses no more than some seconds of work. */
const mostRows = 128
const mostBytes = 32 * 2 ** 20
/** So many files stay open between two readings: there may be tens of thousands, which systems do not allow. */
const mostOpen = 256

interface Found {
  readonly file: ChunkFile
  readonly position: number
}

export function diskRows({ folder, keys, rowBytes, warn, closed, clock }: DiskRowsOptions): DiskRows {
  const wanted = new Set(keys)
  const index = new Map<string, Found>()
  const handles = new Map<ChunkFile, Promise<FileHandle>>()
  const dropped = new Map<ChunkFile, Promise<void>>()
  const pending = new Map<string, Uint8Array>()
  let readings = 0
  const bytesOf = (count: number): number => (count === 0 ? 0 : chunkBytes(count, rowBytes))
  const perFile = Math.max(1, Math.min(mostRows, Math.floor(mostBytes / rowBytes)))

  const add = (file: ChunkFile): void => {
    for (const [position, key] of file.head.keys.entries()) if (wanted.has(key)) index.set(key, { file, position })
  }
  const date = async (path: string): Promise<void> => {
    const now = new Date(clock.now())
    await utimes(path, now, now).catch(unlessGone)
  }
  const forget = (file: ChunkFile): void => {
    for (const key of file.head.keys) if (index.get(key)?.file === file) index.delete(key)
  }
  const handleOf = (file: ChunkFile): Promise<FileHandle> => {
    const handle = handles.get(file) ?? open(file.path)
    handles.set(file, handle)
    return handle
  }
  /** Closes files, those first that were opened first, until no more than so many are open. */
  const closeAllBut = async (most: number): Promise<void> => {
    const opened = [...handles].slice(0, Math.max(0, handles.size - most))
    for (const [file] of opened) handles.delete(file)
    for (const [, handle] of opened) await (await handle.catch(unlessGone))?.close()
  }
  /** Once a file, however many of its rows are asked for: soon another may have its name. */
  const drop = (file: ChunkFile): Promise<void> => {
    if (!dropped.has(file)) {
      warn(file.path)
      dropped.set(file, rm(file.path, { force: true }))
    }
    return dropped.get(file)!
  }
  const readFound = async ({ file, position }: Found, into: Uint8Array): Promise<boolean> => {
    const handle = await handleOf(file).catch(unlessGone)
    if (handle !== undefined && (await readRow(handle, file.head, position, into))) return true
    forget(file)
    // Where there is none, another process made room.
    if (handle !== undefined) await drop(file)
    return false
  }
  const flush = async (): Promise<void> => {
    if (pending.size === 0) return
    const names = [...pending.keys()]
    const { bytes, head } = encodeChunk(names, [...pending.values()], rowBytes)
    pending.clear()
    const path = join(folder, `${sha256(names.join())}${chunkEnding}`)
    await writeFileWhole(path, bytes)
    await date(path)
    add({ path, size: bytes.length, head })
  }
  return {
    needs: bytesOf(wanted.size),
    owes: () => bytesOf(wanted.size - index.size),
    uses() {
      const counts = new Map<ChunkFile, number>()
      for (const { file } of index.values()) counts.set(file, (counts.get(file) ?? 0) + 1)
      return new Map([...counts].map(([file, count]) => [file, count / file.head.keys.length]))
    },
    async offer(file) {
      if (file.head.rowBytes !== rowBytes || !file.head.keys.some(key => wanted.has(key))) return
      await date(file.path)
      add(file)
    },
    forget,
    inMemory: false,
    has: row => index.has(keys[row]!),
    async read(rows, into) {
      const found = rows.map(row => index.get(keys[row]!))
      readings++
      try {
        const read = found.map((one, i) => one && readFound(one, into.subarray(i * rowBytes, (i + 1) * rowBytes)))
        return (await Promise.all(read)).every(fine => fine === true)
      } finally {
        readings--
        if (readings === 0) await closeAllBut(mostOpen)
      }
    },
    async keep(rows, bytes) {
      for (const [i, row] of rows.entries()) {
        pending.set(keys[row]!, bytes.subarray(i * rowBytes, (i + 1) * rowBytes))
        if (pending.size === perFile) await flush()
      }
    },
    flush,
    async [Symbol.asyncDispose]() {
      closed()
      await closeAllBut(0)
    },
  }
}

/** Nothing where another process has removed a file. */
export function unlessGone(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
}
