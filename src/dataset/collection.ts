import { digestOf } from '../core/index.ts'

/** A film as the file system knows it; size, time and inode are what a digest can be remembered under. */
export interface FilmFile {
  /** What the table calls it: the file's name, or its path below the folder of the classes. */
  readonly name: string
  readonly path: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtime: number
  readonly inode: number
}

/** `unused` takes no part. */
export type GivenPart = 'train' | 'test' | 'unused'

/** What an adapter hands on: films, and a table in the form of the NIH's that names them. */
export interface Collection {
  readonly kind: 'phantoms' | 'nih' | 'folders' | 'table' | 'guide'
  /** Path of the table (.csv or .csv.gz). */
  readonly table: string
  /**
   * The findings that the table's column `Finding Labels` has signs for (see `signedFindings`). Left out where it names what is
   * found, as the NIH's does.
   */
  readonly findings?: readonly string[]
  /** Sorted by name; no two have the same. */
  readonly films: readonly FilmFile[]
  /** By a film's name the part that somebody else gave it. Left out where films are yet to be parted. */
  readonly parts?: ReadonlyMap<string, GivenPart>
  /** Of the table's bytes and the films' names and sizes: the same wherever the files lie. No film is read for it. */
  readonly digest: string
  /** Sentences about what was left out or guessed. They hold counts, never names. */
  readonly warnings: readonly string[]
}

export function collectionDigest(
  tableDigest: string,
  films: readonly FilmFile[],
  findings?: readonly string[],
  parts?: ReadonlyMap<string, GivenPart>,
): string {
  return digestOf({
    table: tableDigest,
    films: films.map(film => [film.name, film.size]),
    ...(findings && { findings }),
    ...(parts && { parts: [...parts] }),
  })
}
