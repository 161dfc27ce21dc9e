import type { FilmFile } from './collection.ts'
import { cell } from './csv.ts'
import type { Split } from './film-row.ts'
import { type FindingTable, findingCells, uncertainCells } from './findings.ts'
import type { Uncertain } from './label.ts'
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
  /** What training makes of uncertain labels. */
  readonly uncertain: Uncertain
}

export interface GuideFiles {
  readonly training: string
  readonly validation: string
  readonly testing: string
}

/** The guide's files: a line for each row of a part. Most rows of a balanced set are in none, and cost next to nothing. */
export function writeGuideFiles({ films, rows, first, findings, splits, uncertain }: FilesInput): GuideFiles {
  const cells = labelCells(findings, uncertain)
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
    files[split].write(`${persons.next()}${cells(split, rows.findings[row]!)},${cell(path)}\n`)
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
  { films, rows, first, findings, splits, uncertain }: FilesInput,
  digests: ReadonlyMap<string, string>,
): string {
  const manifest = textWriter()
  const cells = labelCells(findings, uncertain)
  const unsure = uncertainCells(findings)
  const withUnsure = unsure.some(text => text !== '')
  manifest.write(`${manifestHeader(findings.names, withUnsure)}\n`)
  const persons = lineReader(rows.persons)
  const exposures = lineReader(rows.exposures)
  for (let row = 0; row < rows.count; row++) {
    const [person, exposure] = [persons.next(), exposures.next()]
    if (first[row] === 0) continue
    const { name, path } = films[rows.films[row]!]!
    const digest = digests.get(name)
    if (digest === undefined) throw new RangeError('Cannot write the manifest: one of the films has no digest')
    const combination = rows.findings[row]!
    const labels = cells(splits[row]!, combination)
    const last = withUnsure ? `,${cell(unsure[combination]!)}` : ''
    manifest.write(`${person}${labels},${exposure}${cell(path)},${digest},${splits[row]}${last}\n`)
  }
  return manifest.text()
}

/** A film's cells for the findings: the policy on uncertain labels is for training. */
function labelCells(findings: FindingTable, policy: Uncertain): (split: Split, combination: number) => string {
  const judged = findingCells(findings, 'ignore')
  const trained = findingCells(findings, policy)
  return (split, combination) => (split === 'train' ? trained : judged)[combination]!
}
