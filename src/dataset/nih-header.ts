import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem, systemCode } from '../core/index.ts'
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
    if (!column.header.test(names[i] ?? '')) throw misfit(path, i, names)
  }
  if (names.length > columns.length + 1) {
    throw new Problem(`Cannot read the table "${path}": it has ${names.length} columns, 11 or 12 were wanted`, { next })
  }
  return { columns: names.length, lineEnd: line.endsWith('\r') ? '\r\n' : '\n' }
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

/** Without the line feed; '' for an empty file. */
async function firstLine(path: string): Promise<string> {
  const raw = createReadStream(path, { highWaterMark: 4096 })
  const zipped = path.toLowerCase().endsWith('.gz')
  try {
    let start = Buffer.alloc(0)
    // An error of either stream ends the pipeline, and the loop throws it.
    for await (const chunk of zipped ? pipeline(raw, createGunzip(), () => undefined) : raw) {
      start = Buffer.concat([start, chunk])
      const end = start.indexOf(10)
      if (end !== -1) return start.toString('utf8', 0, end)
      if (start.length > 65536) break
    }
    return start.toString('utf8', 0, 65536)
  } catch (cause) {
    throw new Problem(`Cannot read the table "${path}": ${reasons[systemCode(cause) ?? ''] ?? 'it cannot be read'}`, {
      cause,
    })
  } finally {
    raw.destroy()
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  Z_DATA_ERROR: 'it is no gzip file',
  Z_BUF_ERROR: 'its end is missing',
}
