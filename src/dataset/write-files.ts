import type { FilmFile } from './collection.ts'
import { cell } from './csv.ts'
import type { Split } from './film-row.ts'
import type { FindingTable } from './findings.ts'
import { lineReader, textWriter } from './lines.ts'
import { guideHeader, manifestHeader } from './manifest.ts'
import type { TableRows } from './read-table.ts'

export interface FilesInput {
  readonly films: readonly FilmFile[]
  readonly rows: TableRows
  /** 1 for the rows that are written. */
  readonly first: Uint8Array
  readonly findings: FindingTable
  readonly splits: readonly Split[]
}

export interface GuideFiles {
  readonly training: string
  readonly validation: string
  readonly testing: string
}

/** The guide's files: a line for each row of a part. Most rows of a balanced set are in none, and cost next to nothing. */
export function writeGuideFiles({ films, rows, first, findings, splits }: FilesInput): GuideFiles {
  const files = { train: textWriter(), validation: textWriter(), test: textWriter() }
  for (const file of Object.values(files)) file.write(`${guideHeader(findings.names)}\n`)
  const persons = lineReader(rows.persons)
  for (let row = 0; row < rows.count; row++) {
    const split = splits[row]!
    if (split === 'unused' || first[row] === 0) {
      persons.skip()
      continue
    }
    const { path } = films[rows.films[row]!]!
    files[split].write(`${persons.next()}${findings.cells[rows.findings[row]!]},${cell(path)}\n`)
  }
  return { training: files.train.text(), validation: files.validation.text(), testing: files.test.text() }
}

/**
 * The manifest: a line for each film that has a row.
 *
 * @param digests by a film's name
 * @throws RangeError when a film has no digest.
 */
export function writeManifest(
  { films, rows, first, findings, splits }: FilesInput,
  digests: ReadonlyMap<string, string>,
): string {
  const manifest = textWriter()
  manifest.write(`${manifestHeader(findings.names)}\n`)
  const persons = lineReader(rows.persons)
  const exposures = lineReader(rows.exposures)
  for (let row = 0; row < rows.count; row++) {
    const [person, exposure] = [persons.next(), exposures.next()]
    if (first[row] === 0) continue
    const { name, path } = films[rows.films[row]!]!
    const digest = digests.get(name)
    if (digest === undefined) throw new RangeError('Cannot write the manifest: one of the films has no digest')
    const labels = findings.cells[rows.findings[row]!]
    manifest.write(`${person}${labels},${exposure}${cell(path)},${digest},${splits[row]}\n`)
  }
  return manifest.text()
}
