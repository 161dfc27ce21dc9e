import { Misuse, Problem } from '../core/index.ts'
import type { Collection, GivenPart } from './collection.ts'
import type { Split } from './film-row.ts'
import { chooseFinding, type FindingTable, findingTable, signedFindings, targetsOf } from './findings.ts'
import { splitGiven } from './given-split.ts'
import { type FoundLabel, settled, type Uncertain } from './label.ts'
import { type Leak, leakOf } from './leak.ts'
import { countParts, type PartCounts, type TargetLabels } from './part-counts.ts'
import { readTable, type TableRows } from './read-table.ts'
import type { SplitSpec } from './split-spec.ts'
import { type SplitInput, splitFilms } from './splits.ts'
import { type FilesInput, writeGuideFiles, writeManifest } from './write-files.ts'

export interface PrepareOptions {
  /** The findings to predict, as in the table; the case of their letters does not matter. `all`: those of the data but `No Finding`. */
  readonly targets: readonly string[] | 'all'
  readonly split: SplitSpec
  /** By a film's name: the SHA-256 of its file, for the manifest. */
  readonly digests: ReadonlyMap<string, string>
  /**
   * What a target is compared with. `rest`, the default and the guide's: every film without it, half of which show
   * another disease. `No Finding`: films without any finding; others are unused. Of a single target only.
   */
  readonly negatives?: 'rest' | 'No Finding'
  /** What training makes of uncertain labels; default `ignore`. Validation and test ignore them always. */
  readonly uncertain?: Uncertain
  /** Whether the manifest is written too; default true. The guide has none. */
  readonly manifest?: boolean
}

export interface Prepared extends Leak {
  /** The targets as the table spells them. */
  readonly targets: readonly string[]
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
 * with as many negatives as positives where there is one target. The same inputs give the same bytes; lines stand in the order of
 * the table, which the parts do not depend on.
 *
 * @throws Problem when no row has a film, a target occurs in none or in all of them, or there are too few patients.
 * @throws Misuse when the data know no such target, or one thing is asked of several targets that makes sense for one.
 * @throws RangeError when a film has no digest, and a manifest is wanted.
 */
export async function prepare(collection: Collection, options: PrepareOptions): Promise<Prepared> {
  const { films, table } = collection
  const { digests, manifest = true, uncertain = 'ignore', negatives = 'rest' } = options
  const names = films.map(film => film.name)
  const rows = await readTable(table, names, manifest)
  if (rows.count === 0) {
    throw new Problem(`Cannot prepare the films: none of the ${films.length} found has a row in "${table}"`, {
      next: 'Check that the table belongs to the films',
    })
  }
  const findings = findingsOf(collection, rows.combinations)
  const targets = targetsOf(options.targets, findings.names)
  const first = firstRows(rows.films, films.length)
  const order = byFilm(rows.films, films.length)
  const labelled = targets.map(target => labelsOf(target, rows.findings, findings, uncertain))
  const eligible = comparedWith(negatives, rows, first, findings, targets)
  const cohort: SplitInput = { patients: rows.patients, targets: labelled, eligible }
  const given = givenParts(collection, rows.films)
  const share = (input: SplitInput): Split[] =>
    given === undefined
      ? splitFilms(input, options.split)
      : splitGiven(
          input,
          given.map((_, i) => given[order[i]!]!),
          options.split,
        )
  const splits = inOrder(share(ordered(cohort, order)), order)
  const repeated = first.reduce((count, isFirst) => count + 1 - isFirst, 0)
  const input: FilesInput = { films, rows, first, findings, splits, uncertain }
  const counts = countParts(cohort.patients, labelled, splits, first)
  return {
    targets,
    ...writeGuideFiles(input),
    manifest: manifest ? writeManifest(input, digests) : '',
    ...leakOf(
      cohort.patients,
      labelled.map(({ certain }) => certain),
      splits,
    ),
    counts,
    findings: countFindings(findings, rows.findings, first),
    warnings: [
      ...rows.warnings,
      ...(repeated === 0 ? [] : [`Rows that repeat a film, which were left out: ${repeated}`]),
      ...rareWarnings(targets, counts),
    ],
  }
}

function findingsOf({ findings }: Collection, combinations: readonly string[]): FindingTable {
  return findings === undefined ? findingTable(combinations) : signedFindings(combinations, findings)
}

/** For each row the part that its film came with; undefined where films are yet to be parted. */
function givenParts({ films, parts }: Collection, places: Int32Array): readonly GivenPart[] | undefined {
  if (parts === undefined) return undefined
  return Array.from(places, place => parts.get(films[place]!.name) ?? 'unused')
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

/** The rows in the order of their films' names, so that the parts do not depend on the order of the table. */
function byFilm(places: Int32Array, films: number): Int32Array {
  const starts = new Int32Array(films + 1)
  for (let row = 0; row < places.length; row++) starts[places[row]! + 1]!++
  for (let film = 0; film < films; film++) starts[film + 1]! += starts[film]!
  const order = new Int32Array(places.length)
  for (let row = 0; row < places.length; row++) order[starts[places[row]!]!++] = row
  return order
}

function ordered({ patients, targets, eligible }: SplitInput, order: Int32Array): SplitInput {
  return {
    patients: renumbered(patients, order),
    eligible: eligible.map((_, i) => eligible[order[i]!]!),
    targets: targets.map(({ name, certain, training, uncertain }) => ({
      name,
      certain: certain.map((_, i) => certain[order[i]!]!),
      training: training.map((_, i) => training[order[i]!]!),
      uncertain: uncertain.map((_, i) => uncertain[order[i]!]!),
    })),
  }
}

/** In the new order, patients are numbered by their first film. */
function renumbered(patients: Int32Array, order: Int32Array): Int32Array {
  const numbers = new Int32Array(patients.length).fill(-1)
  let next = 0
  return order.map(row => {
    const patient = patients[row]!
    if (numbers[patient] === -1) numbers[patient] = next++
    return numbers[patient]!
  })
}

/** Back in the order of the rows. */
function inOrder(splits: readonly Split[], order: Int32Array): Split[] {
  const found = new Array<Split>(splits.length)
  for (let i = 0; i < splits.length; i++) found[order[i]!] = splits[i]!
  return found
}

function labelsOf(
  name: string,
  combinations: Int32Array,
  { names, labels }: FindingTable,
  policy: Uncertain,
): TargetLabels {
  const found = labels.map(each => each[names.indexOf(name)] ?? null)
  const of = (number: (label: FoundLabel) => number): Int8Array => {
    const numbers = found.map(number)
    const labels = new Int8Array(combinations.length)
    for (let row = 0; row < labels.length; row++) labels[row] = numbers[combinations[row]!]!
    return labels
  }
  return {
    name,
    certain: of(label => settled(label, 'ignore') ?? -1),
    training: of(label => settled(label, policy) ?? -1),
    uncertain: of(label => Number(label === 'uncertain')),
  }
}

/** 1 for the first rows that show the target, or what it is compared with. */
function comparedWith(
  negatives: 'rest' | 'No Finding',
  rows: TableRows,
  first: Uint8Array,
  { names, labels }: FindingTable,
  targets: readonly string[],
): Uint8Array {
  if (negatives === 'rest') return first
  const [target, ...others] = targets
  if (target === undefined || others.length > 0) {
    throw new Misuse(
      `Cannot compare ${targets.length} targets with films of "${negatives}": most films with one show no other, and would count for none`,
      { next: 'set "negatives" to "rest"' },
    )
  }
  const compared = [names.indexOf(target), names.indexOf(chooseFinding(negatives, names))]
  const takesPart = Uint8Array.from(labels, found => {
    const [shows, without] = compared.map(place => found[place])
    return shows !== 0 || without === 1 ? 1 : 0
  })
  return first.map((isFirst, row) => isFirst & takesPart[rows.findings[row]!]!)
}

function countFindings(
  { names, labels }: FindingTable,
  combinations: Int32Array,
  first: Uint8Array,
): Record<string, number> {
  const films = new Int32Array(labels.length)
  for (let row = 0; row < combinations.length; row++) films[combinations[row]!]! += first[row]!
  const count = (name: number): number => labels.reduce((sum, found, i) => sum + (found[name] === 1 ? films[i]! : 0), 0)
  return Object.fromEntries(names.map((name, i) => [name, count(i)]))
}

/** With several targets, one may be too rare for every part to have both of its classes. */
function rareWarnings(targets: readonly string[], counts: Prepared['counts']): string[] {
  const parts = (['train', 'validation', 'test'] as const).filter(part => counts[part].films > 0)
  return targets.flatMap(target =>
    parts.flatMap(part => {
      const { positives, negatives } = counts[part].labels[target]!
      if (positives > 0 && negatives > 0) return []
      return [
        `Films of the ${part} part with ${target}: ${positives}, without: ${negatives}; both are needed to learn or judge it there`,
      ]
    }),
  )
}
