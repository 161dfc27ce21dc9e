import { Problem } from '../core/index.ts'
import { cells } from './csv.ts'
import { headerLine, type LineEnd } from './header-line.ts'

/**
 * The columns of `Data_Entry_2017.csv`, by position: the comma inside `OriginalImage[Width,Height]` splits that name in
 * two, so names alone would not do. The table of 2017 ends each line with a comma, which makes a twelfth, empty column.
 */
const columns: readonly { readonly what: string; readonly header: RegExp }[] = [
  { what: 'Image Index', header: /^image.?index$/i },
  { what: 'Finding Labels', header: /^finding.?labels?$/i },
  { what: 'Follow-up #', header: /^follow.?up/i },
  { what: 'Patient ID', header: /^patient.?id$/i },
  { what: 'Patient Age', header: /^patient.?age$/i },
  { what: 'Patient Gender', header: /^patient.?(gender|sex)$/i },
  { what: 'View Position', header: /^view.?position$/i },
  { what: 'OriginalImage[Width', header: /^originalimage.?\[?width/i },
  { what: 'Height]', header: /^height/i },
  { what: 'OriginalImagePixelSpacing[x', header: /^originalimagepixelspacing.?\[?x/i },
  { what: 'y]', header: /^y\]?$/i },
]

export const nihHeader: string = `${columns.map(column => column.what).join(',')},`

export interface TableShape {
  /** 11 or 12. */
  readonly columns: number
  readonly lineEnd: LineEnd
}

/** @throws Problem that names the first position where the header is another than the NIH's. */
export async function readTableShape(path: string): Promise<TableShape> {
  const { header, lineEnd } = await headerLine(path)
  const names = cells(header).map(name => name.trim())
  for (const [i, column] of columns.entries()) {
    if (!column.header.test(names[i] ?? '')) throw misfit(path, i, names)
  }
  if (names.length > columns.length + 1) {
    throw new Problem(`Cannot read the table "${path}": it has ${names.length} columns, 11 or 12 were wanted`, { next })
  }
  return { columns: names.length, lineEnd }
}

const next = `The header must be: ${nihHeader}`

function misfit(path: string, position: number, names: readonly string[]): Problem {
  const { what, header } = columns[position]!
  const is = names[position] === undefined ? 'missing' : `"${names[position]}"`
  const elsewhere = names.findIndex(name => header.test(name))
  const hint = elsewhere === -1 ? 'which no column is' : `which is column ${elsewhere + 1}`
  return new Problem(
    `Cannot read the table "${path}": column ${position + 1} is ${is}, "${what}" was wanted there, ${hint}`,
    { next },
  )
}
