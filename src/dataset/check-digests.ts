import { setImmediate } from 'node:timers/promises'
import type { FilmFile } from './collection.ts'

/** So many films at a time, so that DuckDB, on its own thread, gets what it waits for in between. */
const together = 16_384

/** @throws RangeError when a film has no digest. */
export async function checkDigests(films: readonly FilmFile[], digests: ReadonlyMap<string, string>): Promise<void> {
  for (const [place, film] of films.entries()) {
    if (place % together === 0) await setImmediate()
    if (!digests.has(film.name)) throw new RangeError('Cannot prepare the films: one of them has no digest')
  }
}
