import { resolve } from 'node:path'
import { Problem } from '../core/index.ts'
import { cells, delimiterOf } from './csv.ts'
import type { GuideSpec, TableSpec } from './data-spec.ts'
import { headerLine } from './header-line.ts'
import { readLabelTable } from './read-label-table.ts'
import { rowPlace } from './row-place.ts'
import { type Rows, takeApart } from './table.ts'

/** What pandas wrote beside the findings: its index, the NIH's columns, also those that the pipeline removes, and the path that it added. */
const others = [
  ...['', 'Image_Index', 'Follow-up_#', 'Patient_ID', 'Patient_Age', 'Patient_Gender', 'path'],
  ...['Finding_Labels', 'View_Position', 'OriginalImage[Width', 'Height]', 'OriginalImagePixelSpacing[x', 'y]'],
]

/** The rows of both tables, those of training first. */
export interface GuideSplit {
  readonly findings: readonly string[]
  readonly rows: Rows
  readonly training: number
  readonly testing: number
  readonly overlap: Overlap
  /** Of each finding the share of testing films that show it: there is no balancing there. */
  readonly prevalence: Readonly<Record<string, number>>
  /** Where a person finds a row. */
  placeOf(row: number): string
}

/** Patients with films in both sets. */
export interface Overlap {
  readonly patients: number
  /** Testing films of those patients. */
  readonly testingFilms: number
  /** For each row of both tables whether it is one of those. */
  readonly rows: Uint8Array
}

/**
 * Reads both tables of the guide. No film is looked for.
 *
 * @throws Problem when one cannot be read, lacks a column, or they have other findings
 */
export async function readGuideSplit(spec: Pick<GuideSpec, 'training' | 'testing'>, base: string): Promise<GuideSplit> {
  const [training, testing] = [resolve(base, spec.training), resolve(base, spec.testing)]
  const findings = await findingsOf(training)
  const same = await findingsOf(testing)
  if (findings.join('\n') !== same.join('\n')) {
    throw new Problem(
      `Cannot use "${spec.training}" with "${spec.testing}": one has columns for ${findings.length} findings, the other for ${same.length}, or others; both must come from one run of the pipeline`,
    )
  }
  const [first, second] = [await rowsOf(training, findings), await rowsOf(testing, findings)]
  const rows = joined(first, second)
  const trained = first.images.length
  return {
    findings,
    rows,
    training: trained,
    testing: second.images.length,
    overlap: overlapOf(rows.patients, trained),
    prevalence: Object.fromEntries(findings.map((name, i) => [name, shareOf(second.signs, i)])),
    placeOf: row =>
      row < trained
        ? `${rowPlace(row, training)} of "${spec.training}"`
        : `${rowPlace(row - trained, testing)} of "${spec.testing}"`,
  }
}

async function findingsOf(path: string): Promise<readonly string[]> {
  const { header } = await headerLine(path)
  const names = cells(header, delimiterOf(header)).map(name => name.trim())
  return names.filter(name => !others.includes(name) && !name.startsWith('Unnamed'))
}

async function rowsOf(path: string, findings: readonly string[]): Promise<Rows> {
  const columns: TableSpec = {
    kind: 'table',
    csv: path,
    images: '',
    image: 'Image_Index',
    patient: 'Patient_ID',
    findings,
    sex: 'Patient_Gender',
    age: 'Patient_Age',
    study: 'Follow-up_#',
  }
  return takeApart(await readLabelTable(path, columns), columns)
}

function joined(first: Rows, second: Rows): Rows {
  return {
    wanted: first.wanted + second.wanted,
    images: [...first.images, ...second.images],
    patients: [...first.patients, ...second.patients],
    signs: [...first.signs, ...second.signs],
    facts: [...first.facts, ...second.facts],
  }
}

function overlapOf(patients: readonly string[], trained: number): Overlap {
  const seen = new Set(patients.slice(0, trained))
  const rows = Uint8Array.from(patients, (patient, row) => (row >= trained && seen.has(patient) ? 1 : 0))
  const both = new Set(patients.filter((_, row) => rows[row] === 1))
  return { patients: both.size, testingFilms: rows.reduce((sum, one) => sum + one, 0), rows }
}

function shareOf(signs: readonly string[], place: number): number {
  return signs.filter(each => each[place] === '1').length / Math.max(1, signs.length)
}
