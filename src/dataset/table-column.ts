import { nearest, Problem, placeOfName } from '../core/index.ts'

/**
 * The place of a column, by its name; the case of letters does not matter.
 *
 * @throws Problem with the nearest name when there is none, or when there are two.
 */
export function columnOf(wanted: string, names: readonly string[], path: string): number {
  const place = placeOfName(wanted, names)
  if (place === -1) {
    // The first row of a table without names is a patient's: it is not shown.
    if (names.some(looksLikeData)) {
      throw new Problem(
        `Cannot read the table "${path}": its first line looks like a film's row, the names of the columns were wanted, "${wanted}" among them`,
        { next: 'write the names into a first line' },
      )
    }
    const close = nearest(wanted, names)
    throw new Problem(
      `Cannot read the table "${path}": it has no column "${wanted}"${close === undefined ? '' : `, did you mean "${close}"?`}`,
      { next: `Choose from its columns: ${names.join(', ')}` },
    )
  }
  if (names.lastIndexOf(names[place]!) !== place) {
    throw new Problem(`Cannot read the table "${path}": it has two columns "${names[place]}"`)
  }
  return place
}

function looksLikeData(name: string): boolean {
  return /^[-+]?\d+([.,]\d+)?$|\.(png|jpe?g)$/i.test(name.trim())
}
