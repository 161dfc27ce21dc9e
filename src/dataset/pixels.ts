import { readFile } from 'node:fs/promises'
import { forEachAtOnce, noProgress, Problem, type Progress, sha256, systemCode, throwIfAborted } from '../core/index.ts'
import { BadFilm, type Contract, decodeFilm, type Film, geometryHash, resizeFilm } from '../imaging/index.ts'
import type { FilmRow } from './film-row.ts'
import { entryBytes } from './pixel-entry.ts'
import { type PixelFiles, pixelFiles } from './pixel-files.ts'

export interface PixelCacheOptions {
  /** Where entries are kept. Made when it is not there; may be deleted at any time. */
  readonly folder: string
  /** Films decoded side by side. Default: 4. */
  readonly atOnce?: number
  /** Bytes of pixels kept in memory; what does not fit is read from the folder again. Default: 512 MiB. */
  readonly memory?: number
}

export interface PixelOptions {
  /** Share of the films that may be bad before the work stops. Default: 0.005, so that one of 200 is let through. */
  readonly maxBad?: number
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/** A film that cannot be used, by the number of its row: this may be recorded. */
export interface BadRow {
  readonly row: number
  /** A sentence without a name. */
  readonly reason: string
}

export interface CachedFilms {
  /** Rows whose films can be read, in the order in which they were given. */
  readonly rows: readonly FilmRow[]
  /** Films that were set aside, in the order of `rows` as given. */
  readonly bad: readonly BadRow[]
  /** The film of `rows[index]`, resized. A damaged entry is made again. */
  read(index: number): Promise<Film>
  /** Where the pixels of `rows[index]` are kept: a file, and its name below the cache's folder. */
  file(index: number): { readonly name: string; readonly path: string }
}

export interface PixelCache {
  /**
   * Decodes and resizes what the cache does not hold yet.
   *
   * @throws Problem when more films are bad than `maxBad` allows
   */
  films(rows: readonly FilmRow[], contract: Contract, options?: PixelOptions): Promise<CachedFilms>
}

/** Bad rows that the error names. */
const named = 5

/**
 * Resized films under the digest of the file and of the geometry, so that no epoch, stage or later run decodes a film
 * twice. Contracts that differ in normalisation alone share entries.
 */
export function pixelCache({ folder, atOnce: most = 4, memory = 512 * 2 ** 20 }: PixelCacheOptions): PixelCache {
  const files = pixelFiles(folder)
  return {
    films: async (rows, contract, { maxBad = 0.005, progress = noProgress, signal } = {}) => {
      await files.tidy()
      const bad = new Map<FilmRow, BadRow>()
      const allowed = Math.floor(maxBad * rows.length)
      const report = reporter(rows.length, progress)
      await forEachAtOnce(rows, most, async row => {
        throwIfAborted(signal)
        if (bad.size > allowed && bad.size >= named) return
        try {
          await ensure(files, row, contract)
        } catch (error) {
          if (!(error instanceof BadFilm)) throw error
          bad.set(row, { row: row.row, reason: error.message })
          progress({ kind: 'warning', text: `Row ${row.row} is set aside. ${error.message}` })
        }
        report()
      })
      throwIfAborted(signal)
      const asGiven = rows.flatMap(row => bad.get(row) ?? [])
      if (bad.size > allowed) throw tooMany(asGiven, rows.length, allowed, maxBad)
      return {
        ...opened(
          files,
          rows.filter(row => !bad.has(row)),
          contract,
          memory,
        ),
        bad: asGiven,
      }
    },
  }
}

/** The key of a row's pixels: the same for the same file content and geometry. */
function keyOf(row: FilmRow, contract: Contract): string {
  return sha256(`${row.digest} ${geometryHash(contract)}`)
}

/** Sizes are looked at here and checksums when a film is read: checking all would read the whole cache on each run. */
async function ensure(files: PixelFiles, row: FilmRow, contract: Contract): Promise<void> {
  const key = keyOf(row, contract)
  if ((await files.size(key)) === entryBytes(contract.size, contract.size)) return
  await files.write(key, await readFilm(row, contract))
}

async function readFilm(row: FilmRow, contract: Contract): Promise<Film> {
  const bytes = await readFile(row.path).catch((cause: unknown) => {
    const reason = missing.get(systemCode(cause) ?? '')
    throw reason === undefined ? cause : new BadFilm(reason, { cause })
  })
  // The key promises the content of the digest: another content under it would be served to every later run.
  if (sha256(bytes) !== row.digest) throw new BadFilm('its file is not the one that was prepared')
  return resizeFilm(await decodeFilm(bytes), contract)
}

const missing: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'its file is gone'],
  ['ENOTDIR', 'its file is gone'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'its file may not be read'],
  ['EIO', 'the disk cannot read its file'],
  ['ERR_FS_FILE_TOO_LARGE', 'its file is larger than 2 GiB'],
])

function opened(
  files: PixelFiles,
  rows: readonly FilmRow[],
  contract: Contract,
  memory: number,
): Pick<CachedFilms, 'rows' | 'read' | 'file'> {
  // An epoch takes every film once, so the longest unused one is the next one wanted: the first to come are kept.
  const kept = new Map<number, Film>()
  const room = Math.floor(memory / (2 * contract.size ** 2))
  return {
    rows,
    file: index => files.file(keyOf(rows[index]!, contract)),
    read: async index => {
      const row = rows[index]
      if (row === undefined) throw new RangeError(`Cannot read film ${index}: there are ${rows.length}`)
      const film = kept.get(index) ?? (await readOrRemake(files, row, contract))
      if (kept.size < room) kept.set(index, film)
      return film
    },
  }
}

async function readOrRemake(files: PixelFiles, row: FilmRow, contract: Contract): Promise<Film> {
  const key = keyOf(row, contract)
  const found = await files.read(key)
  if (found && found.width === contract.size && found.height === contract.size) return found
  const film = await readFilm(row, contract)
  await files.write(key, film)
  return film
}

/** Tells of at most two hundred steps. */
function reporter(total: number, progress: Progress): () => void {
  const every = Math.max(1, Math.floor(total / 200))
  let done = 0
  return () => {
    done++
    if (done % every === 0 || done === total) {
      progress({ kind: 'progress', task: 'Reading films', done, total, unit: 'films' })
    }
  }
}

function tooMany(bad: readonly BadRow[], total: number, allowed: number, maxBad: number): Problem {
  const first = bad.slice(0, named).map(({ row, reason }) => `row ${row}: ${reason}`)
  return new Problem(
    `Cannot use the films: at least ${bad.length} of ${total} are bad, ${allowed} are allowed (maxBad ${maxBad}); ${first.join('; ')}`,
    { next: 'Mend or remove these films, or raise maxBad' },
  )
}
