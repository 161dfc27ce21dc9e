import { join } from 'node:path'
import { type CachedFilms, type FilmRow, pixelCache } from '../dataset/index.ts'
import type { Contract } from '../imaging/index.ts'
import type { Workspace } from './workspace.ts'

/** The films of some rows as a contract wants them; those that cannot be read are set aside, up to `maxBad`. */
export function openFilms(workspace: Workspace, rows: readonly FilmRow[], contract: Contract): Promise<CachedFilms> {
  const { config, progress, signal, state } = workspace
  return pixelCache({ folder: join(state, 'pixels') }).films(rows, contract, {
    maxBad: config.maxBad,
    progress,
    signal,
  })
}

/** Some of the films, by their places among the rows. Those that were set aside are nobody's. */
export function filmsAt(films: CachedFilms, places: readonly number[]): CachedFilms {
  const at = (index: number): number => places[index] ?? -1
  return {
    rows: places.map(place => films.rows[place]!),
    bad: [],
    read: index => films.read(at(index)),
    file: index => films.file(at(index)),
  }
}

/** Films set aside, as a list: row numbers and reasons, no names. */
export function badList(films: readonly Pick<CachedFilms, 'bad'>[]): string {
  const lines = films.flatMap(({ bad }) => bad.map(({ row, reason }) => `${row},${JSON.stringify(reason)}`))
  return `${['row,reason', ...lines].join('\n')}\n`
}
