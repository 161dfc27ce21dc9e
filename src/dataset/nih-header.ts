import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { Problem } from '../core/index.ts'
import { cells } from './csv.ts'

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
  readonly lineEnd: '\n' | '\r\n'
}

/** @throws Problem that names the first position where the header is another than the NIH's. */
export async function readTableShape(path: string): Promise<TableShape> {
  const line = await firstLine(path)
  const header = line.replace(/^\uFEFF/, '').replace(/\r$/, '')
  if (header === '') throw new Problem(`Cannot read the table "${path}": it is empty`)
  const names = cells(header).map(name => name.trim())
  for (const [i, column] of columns.entries()) {
    const name = names[i] ?? ''
    if (!column.header.test(name)) throw misfit(path, i, name, column.what, names)
  }
  if (names.length > 12) throw misfit(path, 12, names[12] ?? '', 'the end of the line', names)
  return { columns: names.length, lineEnd: line.endsWith('\r') ? '\r\n' : '\n' }
}

function misfit(path: string, position: number, found: string, wanted: string, names: readonly string[]): Problem {
  const elsewhere = columns.findIndex((column, i) => i === position && names.some(name => column.header.test(name)))
  const hint = elsewhere === -1 ? `, and no column is "${wanted}"` : ''
  const is = found === '' ? 'nothing' : `"${found}"`
  return new Problem(
    `Cannot read the table "${path}": column ${position + 1} is ${is}, "${wanted}" was wanted${position < 11 ? hint : ''}`,
    { next: `The header must be: ${nihHeader}` },
  )
}

/** Without the line feed; '' for an empty file. */
async function firstLine(path: string): Promise<string> {
  const file = await open(path)
  const raw = file.createReadStream({ highWaterMark: 4096 })
  const text = path.toLowerCase().endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  try {
    let start = Buffer.alloc(0)
    for await (const chunk of text) {
      start = Buffer.concat([start, chunk])
      const end = start.indexOf(10)
      if (end !== -1) return start.toString('utf8', 0, end)
      if (start.length > 65536) break
    }
    return start.toString('utf8', 0, 65536)
  } catch (cause) {
    throw new Problem(`Cannot read the table "${path}": it is not a whole gzip file`, { cause })
  } finally {
    raw.destroy()
  }
}
