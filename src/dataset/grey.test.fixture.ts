import { random } from '../core/index.ts'
import { type Film, film } from '../imaging/index.ts'
import type { FilmRow } from './film-row.ts'

/** Reads a film of noise, always the same for a row. */
export async function grey({ row: place }: FilmRow): Promise<Film> {
  const noise = random(1, place)
  return film(
    16,
    16,
    Uint16Array.from({ length: 256 }, () => noise.integer(65536)),
  )
}
