import { join } from 'node:path'
import { type FilmRow, pixelCache } from '../dataset/index.ts'
import type { Contract, Film } from '../imaging/index.ts'
import type { Workspace } from './workspace.ts'

/** Films that can be read, resized as a contract wants them. */
export interface OpenFilms {
  /** Those that could be read. */
  readonly rows: readonly FilmRow[]
  /** Films that were set aside. */
  readonly bad: number
  read(index: number): Promise<Film>
}
