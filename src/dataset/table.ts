import { join, resolve } from 'node:path'
import { Misuse, Problem } from '../core/index.ts'
import { type Collection, collectionDigest, type FilmFile } from './collection.ts'
import { cell } from './csv.ts'
import type { TableSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { keepTable } from './keep-table.ts'
import { lineReader, textWriter } from './lines.ts'
import { type NamedFilms, namedFilms } from './named-films.ts'
import { nihHeader } from './nih-header.ts'
import { patientPattern } from './patient-pattern.ts'
import { type LabelRows, readLabelTable } from './read-label-table.ts'
import { type RowPlaces, rowPlace } from './row-place.ts'
import { isImage, walk } from './walk.ts'

/**
 * Films and a table with a column a finding. What is handed on is a table of the NIH's form with signs for the findings, which has
 * the rows of the given one: those without a film, or not wanted, are empty, so that a row keeps its number.
 *
 * @throws Problem when the table lacks a column, has a label that cannot be understood, a row without a patient or two rows of one
 *   film, or when more films are missing than `maxBad` allows.
 */
export async function fetchTable(spec: TableSpec, options: FetchOptions): Promise<Collection> {
  checkSpec(spec)
  const path = resolve(options.base, spec.csv)
  const rows = takeApart(await readLabelTable(path, spec), spec)
  return collectRows(rows, spec, { ...options, placeOf: row => rowPlace(row, path), path })
}

/** What a table's rows become: the films that they name, and the table of the NIH's form. */
export async function collectRows(
  rows: Rows,
  spec: Pick<TableSpec, 'csv' | 'images' | 'image' | 'findings'>,
  options: FetchOptions & RowPlaces,
): Promise<Collection> {
  const folder = resolve(options.base, spec.images)
  const files = (await walk(folder, options.signal)).filter(file => isImage(file.path))
  const named = namedFilms(files, rows.images, options)
  checkRows(rows, named, spec, options)
  const missing = checkMissing(rows, named, spec, options.maxBad ?? 0.005)
  const films = files
    .filter((_, film) => named.rowOf[film] !== -1)
    .map((file): FilmFile => ({ ...file, name: file.path, path: join(folder, file.path) }))
  const shown = findingsShown(rows, named, spec.findings)
  const { path: table, digest } = await keepTable(tableText(rows, named, files, shown), options.folder)
  const findings = shown.map(place => spec.findings[place]!)
  return {
    kind: 'table',
    table,
    findings,
    films,
    digest: collectionDigest(digest, films, findings),
    warnings: warningsOf(missing, spec.findings, findings),
  }
}

function checkSpec({ findings, patient, patientInPath }: TableSpec): void {
  if ((patient === undefined) === (patientInPath === undefined)) {
    throw new Misuse(
      'Cannot tell the patients of the table: wanted either "patient", a column, or "patientInPath", a pattern',
    )
  }
  const odd = findings.find((finding, i) => finding.includes('|') || findings.indexOf(finding) !== i)
  if (odd !== undefined) throw new Misuse(`Cannot use "${odd}" as a finding: it is named twice, or holds a "|"`)
  if (findings.length === 0) throw new Misuse('Cannot use the table: "findings" names no column')
}

export interface Rows {
  /** How many rows `only` lets through. */
  readonly wanted: number
  /** '' for a row that is not wanted. */
  readonly images: readonly string[]
  readonly patients: readonly string[]
  readonly signs: readonly string[]
  readonly facts: readonly string[]
}

export function takeApart(read: LabelRows, spec: TableSpec): Rows {
  const [images, patients, signs, facts] = [read.images, read.patients, read.signs, read.facts].map(lineReader)
  const patientOf = spec.patientInPath === undefined ? undefined : patientPattern(spec.patientInPath)
  const rows = Array.from({ length: read.count }, () => {
    const image = images!.next().replaceAll('\\', '/')
    const patient = patients!.next()
    const sign = signs!.next()
    const wanted = sign.endsWith('1')
    return {
      wanted,
      image: wanted ? image : '',
      patient: patientOf === undefined ? patient : (patientOf(image) ?? ''),
      signs: sign.slice(0, -2),
      facts: facts!.next(),
    }
  })
  return {
    wanted: rows.filter(row => row.wanted).length,
    images: rows.map(row => row.image),
    patients: rows.map(row => row.patient),
    signs: rows.map(row => row.signs),
    facts: rows.map(row => row.facts),
  }
}

/** Errors name lines or rows of the table, never what stands there: it could be a patient. */
function checkRows(
  { patients, signs }: Rows,
  { filmOf }: NamedFilms,
  { csv, findings }: Pick<TableSpec, 'csv' | 'findings'>,
  { placeOf }: RowPlaces,
): void {
  for (let row = 0; row < filmOf.length; row++) {
    if (filmOf[row] === -1) continue
    const odd = signs[row]!.indexOf('!')
    if (odd !== -1) {
      throw new Problem(
        `Cannot read the table "${csv}": ${placeOf(row)} has no label that is understood under "${findings[odd]}"`,
        {
          next: 'Wanted are 1, 0, -1 for uncertain, or nothing; name others with table({ values: { yes, no, uncertain } })',
        },
      )
    }
    if (patients[row] === '') {
      throw new Problem(
        `Cannot read the table "${csv}": ${placeOf(row)} has no patient, and patients must not be parted`,
      )
    }
  }
}

/** @returns how many rows name a film that is not there */
function checkMissing(
  { wanted }: Rows,
  { rowOf }: NamedFilms,
  spec: Pick<TableSpec, 'csv' | 'images' | 'image'>,
  maxBad: number,
): number {
  const missing = wanted - rowOf.filter(row => row !== -1).length
  if (wanted === missing) {
    throw new Problem(
      `Cannot use the table "${spec.csv}": none of ${wanted} rows names a PNG or JPEG file below "${spec.images}"`,
      { next: `Compare the column "${spec.image}" with the paths of the films` },
    )
  }
  const allowed = Math.floor(maxBad * wanted)
  if (missing > allowed) {
    throw new Problem(
      `Cannot use the table "${spec.csv}": ${missing} of ${wanted} rows name no film that is below "${spec.images}", ${allowed} are allowed (maxBad ${maxBad})`,
      { next: 'Add the films, pass over their rows with table({ only }), or raise "maxBad"' },
    )
  }
  return missing
}

/** The places of the findings that a film shows: what nobody has, nobody can learn. */
function findingsShown({ signs }: Rows, { filmOf }: NamedFilms, findings: readonly string[]): number[] {
  const shown = new Set<number>()
  for (let row = 0; row < signs.length && shown.size < findings.length; row++) {
    if (filmOf[row] === -1) continue
    for (let i = 0; i < findings.length; i++) if (signs[row]![i] === '1') shown.add(i)
  }
  return [...shown].sort((a, b) => a - b)
}

const emptyLine = ','.repeat(11)

function tableText(
  { patients, signs, facts }: Rows,
  { filmOf }: NamedFilms,
  files: readonly { readonly path: string }[],
  shown: readonly number[],
): string {
  const writer = textWriter()
  writer.write(`${nihHeader}\n`)
  for (let row = 0; row < filmOf.length; row++) {
    const file = files[filmOf[row]!]
    if (file === undefined) {
      writer.write(`${emptyLine}\n`)
      continue
    }
    const [study, age, sex, view] = facts[row]!.split(',')
    const labels = shown.map(place => signs[row]![place]).join('')
    writer.write(`${cell(file.path)},${labels},${study},${cell(patients[row]!)},${age},${sex},${view},,,,,\n`)
  }
  return writer.text()
}

function warningsOf(missing: number, findings: readonly string[], shown: readonly string[]): string[] {
  const unseen = findings.filter(finding => !shown.includes(finding))
  return [
    missing > 0 && `Rows of the table whose film is missing, which were left out: ${missing}`,
    unseen.length > 0 && `Findings that no film shows, which were left out: ${unseen.join(', ')}`,
  ].filter(warning => warning !== false)
}
