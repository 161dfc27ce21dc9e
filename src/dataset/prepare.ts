import { Problem } from '../core/index.ts'
import type { Collection } from './collection.ts'
import { cell } from './csv.ts'
import type { Split } from './film-row.ts'
import { chooseFinding, type FindingTable, findingTable } from './findings.ts'
import { guideHeader, manifestHeader } from './manifest.ts'
import { readTable, type TableFacts, type TableRows } from './read-table.ts'
import type { SplitSpec } from './split-spec.ts'
import { splitFilms } from './splits.ts'

export interface PrepareOptions {
  /** The finding to predict, as in the table; the case of its letters does not matter. */
  readonly target: string
  readonly split: SplitSpec
  /** By a film's name: the SHA-256 of its file. */
  readonly digests: ReadonlyMap<string, string>
  /**
   * What the target is compared with. `rest`, the default and the guide's: every film without it, half of which show
   * another disease. `No Finding`: films without any finding; others are unused.
   */
  readonly negatives?: 'rest' | 'No Finding'
}

export interface PartCounts {
  readonly films: number
  readonly positives: number
  readonly patients: number
}

export interface Prepared {
  /** The target as the table spells it. */
  readonly target: string
  /** `training_set.csv`, as pandas' `to_csv` wrote it in the guide; paths are written as they were found. */
  readonly training: string
  /** `validation_set.csv`, of the same form: the natural prevalence, not balanced. */
  readonly validation: string
  /** `testing_set.csv`, of the same form: the natural prevalence. */
  readonly testing: string
  /** `manifest.csv`: every film that has a row, with all columns, its digest and its part. For `readManifest`. */
  readonly manifest: string
  /** Share of the test films whose patient has a film in training; 0 when split by patient. */
  readonly leakRate: number
  /** The same among the test films with the target. */
  readonly leakRateOfPositives: number
  readonly counts: Readonly<Record<Split, PartCounts>>
  /** Films with each finding, in the order of the columns. */
  readonly findings: Readonly<Record<string, number>>
  /** Sentences about the table. They hold counts, never names. */
  readonly warnings: readonly string[]
}

/**
 * The guide's preparation: rows that have a film, a column of 0 and 1 for each finding, a stratified split, and a training part
 * with as many negatives as positives. The same inputs give the same bytes; lines stand in the order of the table.
 *
 * @throws Problem when no row has a film, the target occurs in none or in all of them, or there are too few patients.
 */
export async function prepare(collection: Collection, options: PrepareOptions): Promise<Prepared> {
  const films = collection.films
  const table = await readTable(
    collection.table,
    films.map(film => film.name),
  )
  if (table.rows.length === 0) {
    throw new Problem(
      `Cannot prepare the films: none of the ${films.length} found is among the ${table.facts.rows} rows of "${collection.table}"`,
      { next: 'Check that the table belongs to the films' },
    )
  }
  return assemble(collection, table, options)
}

function assemble(collection: Collection, table: TableRows, options: PrepareOptions): Prepared {
  const findings = findingTable(table.findings)
  const target = chooseFinding(options.target, findings.names)
  const kept = firstRows(table.films)
  const cohort: Cohort = {
    patients: numbered(table.patients),
    positive: Uint8Array.from(table.findings, text => (findings.of.get(text)!.tokens.has(target) ? 1 : 0)),
    eligible: takingPart(table, findings, target, kept, options.negatives ?? 'rest'),
  }
  const splits = splitFilms(cohort, options.split)
  const texts = write(collection, table, findings, splits, kept, options.digests)
  return {
    target,
    ...texts,
    ...leak(cohort, splits),
    counts: countParts(cohort, splits, kept),
    findings: countFindings(table, findings, kept),
    warnings: warningsOf(table.facts, table.rows.length - sum(kept)),
  }
}

/** Rows of the table with a film, by their place. */
interface Cohort {
  readonly patients: Int32Array
  readonly positive: Uint8Array
  readonly eligible: Uint8Array
}

/** 1 for the first row of each film: a table may name one twice. */
function firstRows(films: Int32Array): Uint8Array {
  const seen = new Set<number>()
  return Uint8Array.from(films, film => (seen.size < seen.add(film).size ? 1 : 0))
}

/** The same number for the same text, from 0. */
function numbered(texts: readonly string[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(texts, text => {
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  })
}

function takingPart(
  table: TableRows,
  findings: FindingTable,
  target: string,
  kept: Uint8Array,
  negatives: 'rest' | 'No Finding',
): Uint8Array {
  if (negatives === 'rest') return kept
  const normal = chooseFinding('No Finding', findings.names)
  return Uint8Array.from(table.findings, (text, i) => {
    const { tokens } = findings.of.get(text)!
    return kept[i] === 1 && (tokens.has(target) || tokens.has(normal)) ? 1 : 0
  })
}

function write(
  collection: Collection,
  table: TableRows,
  findings: FindingTable,
  splits: readonly Split[],
  kept: Uint8Array,
  digests: ReadonlyMap<string, string>,
): Pick<Prepared, 'training' | 'validation' | 'testing' | 'manifest'> {
  const header = guideHeader(findings.names)
  const lines: Record<Split, string[]> = { train: [header], validation: [header], test: [header], unused: [] }
  const manifest = [manifestHeader(findings.names)]
  for (const [i, split] of splits.entries()) {
    if (kept[i] === 0) continue
    const film = collection.films[table.films[i]!]!
    const labels = findings.of.get(table.findings[i]!)!.cells
    const line = `${table.rows[i]},${cell(film.name)},${table.persons[i]},${labels},${cell(film.path)}`
    lines[split].push(line)
    manifest.push(`${line},${table.exposures[i]},${digestOf(film.name, digests)},${split}`)
  }
  return {
    training: text(lines.train),
    validation: text(lines.validation),
    testing: text(lines.test),
    manifest: text(manifest),
  }
}

function digestOf(name: string, digests: ReadonlyMap<string, string>): string {
  const digest = digests.get(name)
  if (digest === undefined) throw new RangeError('Cannot prepare the films: one of them has no digest')
  return digest
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

function leak(
  { patients, positive }: Cohort,
  splits: readonly Split[],
): Pick<Prepared, 'leakRate' | 'leakRateOfPositives'> {
  const trained = new Set(patients.filter((_, film) => splits[film] === 'train'))
  const rate = (counts: (film: number) => boolean): number => {
    const films = Array.from(patients.keys()).filter(film => splits[film] === 'test' && counts(film))
    return films.length === 0 ? 0 : films.filter(film => trained.has(patients[film]!)).length / films.length
  }
  return { leakRate: rate(() => true), leakRateOfPositives: rate(film => positive[film] === 1) }
}

function countParts(
  { patients, positive }: Cohort,
  splits: readonly Split[],
  kept: Uint8Array,
): Record<Split, PartCounts> {
  const count = (split: Split): PartCounts => {
    const films = Array.from(patients.keys()).filter(film => splits[film] === split && kept[film] === 1)
    return {
      films: films.length,
      positives: films.filter(film => positive[film] === 1).length,
      patients: new Set(films.map(film => patients[film])).size,
    }
  }
  return { train: count('train'), validation: count('validation'), test: count('test'), unused: count('unused') }
}

function countFindings(table: TableRows, { names, of }: FindingTable, kept: Uint8Array): Record<string, number> {
  const films = new Map<string, number>()
  for (const [i, found] of table.findings.entries()) films.set(found, (films.get(found) ?? 0) + kept[i]!)
  const combinations = [...films]
  return Object.fromEntries(
    names.map(name => [
      name,
      combinations.reduce((sum, [found, count]) => sum + (of.get(found)!.tokens.has(name) ? count : 0), 0),
    ]),
  )
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0)
}

function warningsOf({ otherPatient, absurdAge, noPatient }: TableFacts, repeated: number): string[] {
  return [
    otherPatient > 0 && `${otherPatient} rows of the table name another patient than the film's file name does`,
    absurdAge > 0 && `${absurdAge} rows of the table give an age above 120 years, which was left empty`,
    noPatient > 0 && `${noPatient} rows of the table have no patient and count as one person`,
    repeated > 0 && `${repeated} rows of the table repeat a film; of each film the first row was taken`,
  ].filter(warning => warning !== false)
}
