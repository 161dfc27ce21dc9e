import type { FilmFile } from './collection.ts'
import { cell } from './csv.ts'
import type { Split } from './film-row.ts'
import type { FindingTable } from './findings.ts'
import { lineReader, textWriter } from './lines.ts'
import { guideHeader, manifestHeader } from './manifest.ts'
import type { TableRows } from './read-table.ts'

export interface FilesInput {
  readonly films: readonly FilmFile[]
  readonly digests: ReadonlyMap<string, string>
  readonly rows: TableRows
  /** The place of each row's film in `films`. */
  readonly places: Int32Array
  /** 1 for the rows that are written. */
  readonly first: Uint8Array
  /** Place of each row's combination of findings. */
  readonly combinations: Int32Array
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
  const { films, digests, rows, places, first, combinations, findings, splits } = input
  const files = { train: textWriter(), validation: textWriter(), test: textWriter() }
  const manifest = textWriter()
  for (const file of Object.values(files)) file.write(guideHeader(findings.names), '\n')
  manifest.write(manifestHeader(findings.names), '\n')

  const labels = findings.cells.map(cells => `${cells},`)
  const nextPerson = lineReader(rows.persons)
  const nextExposure = lineReader(rows.exposures)
  for (let row = 0; row < rows.count; row++) {
    const person = nextPerson()
    const exposure = nextExposure()
    if (first[row] === 0) continue
    const film = films[places[row]!]!
    const label = labels[combinations[row]!]!
    const path = cell(film.path)
    const split = splits[row]!
    if (split !== 'unused') files[split].write(person, label, path, '\n')
    manifest.write(person, label, exposure, path, ',', digestOf(film, digests), endings[split])
  }
  return {
    training: files.train.text(),
    validation: files.validation.text(),
    testing: files.test.text(),
    manifest: manifest.text(),
  }
}

const endings: Readonly<Record<Split, string>> = {
  train: ',train\n',
  validation: ',validation\n',
  test: ',test\n',
  unused: ',unused\n',
}

function digestOf(film: FilmFile, digests: ReadonlyMap<string, string>): string {
  const digest = digests.get(film.name)
  if (digest === undefined) throw new RangeError('Cannot prepare the films: one of them has no digest')
  return digest
}
