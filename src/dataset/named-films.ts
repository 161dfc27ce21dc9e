import { basename } from 'node:path'
import { Problem } from '../core/index.ts'
import type { RowPlaces } from './row-place.ts'

export interface NamedFilms {
  /** For each row the place of its film; −1 where it names none that is there. */
  readonly filmOf: Int32Array
  /** For each film the row that names it; −1 where none does. */
  readonly rowOf: Int32Array
}

/** The most folders that the paths of a table may have before those below `images`. */
const mostLeading = 6

/**
 * Finds the films that the rows of a table name: by their path below the folder, where all rows may have some folders before it,
 * or by name alone, wherever the film lies.
 *
 * @param images for each row what the table calls its film; '' where none is wanted
 * @throws Problem when two rows name one film, or two films have a name that stands without its path
 */
export function namedFilms(
  files: readonly { readonly path: string }[],
  images: readonly string[],
  { path: table, placeOf }: RowPlaces,
): NamedFilms {
  const byPath = new Map(files.map(({ path }, film) => [path, film]))
  const byName = filmsByName(files)
  const leading = leadingFolders(byPath, images)
  const filmOf = new Int32Array(images.length).fill(-1)
  const rowOf = new Int32Array(files.length).fill(-1)
  for (const [row, image] of images.entries()) {
    if (image === '') continue
    const film = image.includes('/') ? byPath.get(without(image, leading)) : byName.get(image)
    if (film === undefined) continue
    if (film === several) {
      throw new Problem(`Cannot use the table "${table}": ${placeOf(row)} names a film that is there more than once`, {
        next: 'Write the paths of the films below the folder into the table',
      })
    }
    if (rowOf[film] !== -1) {
      throw new Problem(
        `Cannot use the table "${table}": ${placeOf(row)} names the same film as ${placeOf(rowOf[film]!)}`,
      )
    }
    filmOf[row] = film
    rowOf[film] = row
  }
  return { filmOf, rowOf }
}

const several = -2

function filmsByName(files: readonly { readonly path: string }[]): ReadonlyMap<string, number> {
  const byName = new Map<string, number>()
  for (const [film, { path }] of files.entries()) {
    const name = basename(path)
    byName.set(name, byName.has(name) ? several : film)
  }
  return byName
}

/** So many folders at the start of every row's path are not below the folder of the films: where most are found without. */
function leadingFolders(byPath: ReadonlyMap<string, number>, images: readonly string[]): number {
  const paths = images.filter(image => image.includes('/'))
  let best = 0
  let most = 0
  for (let leading = 0; leading <= mostLeading && most < paths.length; leading++) {
    const found = paths.filter(path => byPath.has(without(path, leading))).length
    if (found <= most) continue
    best = leading
    most = found
  }
  return best
}

function without(path: string, leading: number): string {
  let start = 0
  for (let i = 0; i < leading; i++) {
    const end = path.indexOf('/', start)
    if (end === -1) return ''
    start = end + 1
  }
  return path.slice(start)
}
