import { Problem } from '../core/index.ts'
import type { Collection } from './collection.ts'
import type { Split } from './film-row.ts'
import { chooseFinding, type FindingTable, findingTable } from './findings.ts'
import { type Leak, leakOf } from './leak.ts'
import { countParts, type PartCounts } from './part-counts.ts'
import { readTable, type TableRows } from './read-table.ts'
import type { SplitSpec } from './split-spec.ts'
import { type SplitInput, splitFilms } from './splits.ts'
import { type FilesInput, writeGuideFiles, writeManifest } from './write-files.ts'

export interface PrepareOptions {
  /** The finding to predict, as in the table; the case of its letters does not matter. */
  readonly target: string
  readonly split: SplitSpec
  /** By a film's name: the SHA-256 of its file, for the manifest. */
  readonly digests: ReadonlyMap<string, string>
  /**
   * What the target is compared with. `rest`, the default and the guide's: every film without it, half of which show
   * another disease. `No Finding`: films without any finding; others are unused.
   */
  readonly negatives?: 'rest' | 'No Finding'
  /** Whether the manifest is written too; default true. The guide has none. */
  readonly manifest?: boolean
}

export interface Prepared extends Leak {
  /** The target as the table spells it. */
  readonly target: string
  /** `training_set.csv`, as pandas' `to_csv` wrote it in the guide; paths are written as they were found. */
  readonly training: string
  /** `validation_set.csv`, of the same form: the natural prevalence, not balanced. */
  readonly validation: string
  /** `testing_set.csv`, of the same form: the natural prevalence. */
  readonly testing: string
  /**
   * `manifest.csv`: every film that has a row, with all columns, its digest and its part. For `readManifest`. '' where none was
   * wanted.
   */
  readonly manifest: string
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
 * @throws RangeError when a film has no digest, and a manifest is wanted.
 */
export async function prepare(collection: Collection, options: PrepareOptions): Promise<Prepared> {
  const { films, table } = collection
  const { digests, manifest = true } = options
  const names = films.map(film => film.name)
  const rows = await readTable(table, names, manifest)
  if (rows.count === 0) {
    throw new Problem(`Cannot prepare the films: none of the ${films.length} found has a row in "${table}"`, {
      next: 'Check that the table belongs to the films',
    })
  }
  const findings = findingTable(rows.combinations)
  const target = chooseFinding(options.target, findings.names)
  const first = firstRows(rows.films, films.length)
  const cohort = labelled(rows, first, findings, target, options.negatives ?? 'rest')
  const splits = splitFilms(cohort, options.split)
  const repeated = first.reduce((count, isFirst) => count + 1 - isFirst, 0)
  const input: FilesInput = { films, rows, first, findings, splits }
  return {
    target,
    ...writeGuideFiles(input),
    manifest: manifest ? writeManifest(input, digests) : '',
    ...leakOf(cohort.patients, cohort.positive, splits),
    counts: countParts(cohort.patients, cohort.positive, splits, first),
    findings: countFindings(findings, rows.findings, first),
    warnings:
      repeated === 0 ? rows.warnings : [...rows.warnings, `Rows that repeat a film, which were left out: ${repeated}`],
  }
}

/** 1 for the first row of each film: a table may name one twice. */
function firstRows(places: Int32Array, films: number): Uint8Array {
  const seen = new Uint8Array(films)
  const first = new Uint8Array(places.length)
  for (let row = 0; row < places.length; row++) {
    const place = places[row]!
    first[row] = 1 - seen[place]!
    seen[place] = 1
  }
  return first
}

function labelled(
  { count, patients, findings }: TableRows,
  first: Uint8Array,
  { names, tokens }: FindingTable,
  target: string,
  negatives: 'rest' | 'No Finding',
): SplitInput {
  const without = negatives === 'rest' ? undefined : chooseFinding(negatives, names)
  const positives = tokens.map(found => (found.has(target) ? 1 : 0))
  const eligibles = tokens.map(found => (found.has(target) || without === undefined || found.has(without) ? 1 : 0))
  const positive = new Uint8Array(count)
  const eligible = new Uint8Array(count)
  for (let row = 0; row < count; row++) {
    positive[row] = positives[findings[row]!]!
    eligible[row] = eligibles[findings[row]!]! & first[row]!
  }
  return { patients, positive, eligible }
}

function countFindings(
  { names, tokens }: FindingTable,
  combinations: Int32Array,
  first: Uint8Array,
): Record<string, number> {
  const films = new Int32Array(tokens.length)
  for (let row = 0; row < combinations.length; row++) films[combinations[row]!]! += first[row]!
  const count = (name: string): number => tokens.reduce((sum, found, i) => sum + (found.has(name) ? films[i]! : 0), 0)
  return Object.fromEntries(names.map(name => [name, count(name)]))
}
