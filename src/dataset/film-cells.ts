import { setImmediate } from 'node:timers/promises'
import type { FilmFile } from './collection.ts'
import { cell } from './csv.ts'

/** What the CSV files say of each film, by its place. */
export interface FilmCells {
  readonly paths: readonly string[]
  readonly digests: readonly string[]
}

/** So many films at a time, so that DuckDB, on its own thread, gets what it waits for in between. */
const together = 4096

/** @throws RangeError when a film has no digest. */
export async function filmCells(films: readonly FilmFile[], digests: ReadonlyMap<string, string>): Promise<FilmCells> {
  const cells: { paths: string[]; digests: string[] } = { paths: [], digests: [] }
  for (const [place, film] of films.entries()) {
    if (place % together === 0) await setImmediate()
    const digest = digests.get(film.name)
    if (digest === undefined) throw new RangeError('Cannot prepare the films: one of them has no digest')
    cells.paths.push(cell(film.path))
    cells.digests.push(digest)
  }
  return cells
}
