import type { FilmCells } from './film-cells.ts'
import type { Split } from './film-row.ts'
import type { FindingTable } from './findings.ts'
import { textWriter } from './lines.ts'
import { guideHeader, manifestHeader } from './manifest.ts'
import type { TableRows } from './read-table.ts'

export interface FilesInput {
  readonly films: FilmCells
  readonly rows: TableRows
  /** 1 for the rows that are written. */
  readonly first: Uint8Array
  readonly findings: FindingTable
  readonly splits: readonly Split[]
}

export interface Files {
  readonly training: string
  readonly validation: string
  readonly testing: string
  readonly manifest: string
}

/** The guide's files and the manifest: a line for each row, into the file of its part and into the manifest. */
export function writeFiles(input: FilesInput): Files {
  const { films, rows, first, findings, splits } = input
  const files = { train: textWriter(), validation: textWriter(), test: textWriter() }
  const manifest = textWriter()
  for (const file of Object.values(files)) file.write(`${guideHeader(findings.names)}\n`)
  manifest.write(`${manifestHeader(findings.names)}\n`)

  for (let row = 0; row < rows.count; row++) {
    if (first[row] === 0) continue
    const film = rows.films[row]!
    const split = splits[row]!
    const path = films.paths[film]!
    const start = `${rows.person(row)}${findings.cells[rows.findings[row]!]},`
    if (split !== 'unused') files[split].write(`${start}${path}\n`)
    manifest.write(`${start}${rows.exposure(row)}${path},${films.digests[film]!},${split}\n`)
  }
  return {
    training: files.train.text(),
    validation: files.validation.text(),
    testing: files.test.text(),
    manifest: manifest.text(),
  }
}
