import { Problem } from '../core/index.ts'
import { type AurocInterval, aurocClustered, groupedStratifiedFolds } from '../statistics/index.ts'
import type { FilmRow } from './film-row.ts'
import { knownMetadata, type MetadataName } from './metadata-features.ts'
import { fitMetadata } from './metadata-model.ts'

export interface MetadataScore {
  /** Each fact that the table states, alone. */
  readonly each: readonly { readonly name: MetadataName; readonly auroc: AurocInterval }[]
  /**
   * All facts of the film together, without the order of collection, which is the table's and not the film's; null when the
   * table states none.
   */
  readonly all: AurocInterval | null
  /** The same with the order of collection. Above `all`, the two classes were collected at different times or places. */
  readonly allWithOrder: AurocInterval | null
  readonly films: number
  readonly patients: number
  readonly folds: number
}

export interface MetadataScoreOptions {
  /** The finding that is to be told: films whose label is null take no part. */
  readonly target: string
  readonly seed: number
  /** 5 unless told; fewer where a class has fewer patients. */
  readonly folds?: number
  /** Facts to leave out: the order of collection where it is our own, as with a folder for each class. */
  readonly without?: readonly MetadataName[]
}

/**
 * What metadata alone would score: the AUROC, pooled out of patient-grouped folds, of a small logistic regression that never
 * sees a film. A model that scores no more may have learned nothing about lungs.
 *
 * @throws Problem when fewer than two patients have a film with the target, or without
 */
export function metadataScore(rows: readonly FilmRow[], options: MetadataScoreOptions): MetadataScore {
  const { target, seed, without = [] } = options
  const films = rows.filter(row => labelOf(row, target) !== null)
  const labels = Float64Array.from(films, row => labelOf(row, target) ?? 0)
  const patients = films.map(row => row.patient)
  const folds = Math.min(options.folds ?? 5, patientsOfRarerClass(films, labels))
  if (folds < 2) throw tooFew(target)
  const foldOf = groupedStratifiedFolds({ classes: labels, groups: patients, folds, seed })
  const score = (names: readonly MetadataName[]): AurocInterval =>
    aurocClustered(outOfFold(films, labels, foldOf, folds, names), labels, patients)
  const together = (names: readonly MetadataName[]): AurocInterval | null => (names.length === 0 ? null : score(names))
  const names = knownMetadata(films).filter(name => !without.includes(name))
  return {
    each: names.map(name => ({ name, auroc: score([name]) })),
    all: together(names.filter(isOfFilm)),
    allWithOrder: together(names),
    films: films.length,
    patients: new Set(patients).size,
    folds,
  }
}

/**
 * The logits that the facts of a film alone (as in `all`) give, learned on other films: what a model's score on the same films
 * stands beside.
 *
 * @param fit films to learn from, those whose label is null left out
 * @param on films to judge
 * @returns undefined when the table states no fact
 */
export function metadataLogits(
  fit: readonly FilmRow[],
  on: readonly FilmRow[],
  options: { readonly target: string },
): Float64Array | undefined {
  const { target } = options
  const films = fit.filter(row => labelOf(row, target) !== null)
  const labels = Float64Array.from(films, row => labelOf(row, target) ?? 0)
  if (films.length === 0) throw tooFew(target)
  const names = knownMetadata(films).filter(isOfFilm)
  return names.length === 0 ? undefined : fitMetadata(films, labels, names)(on)
}

function outOfFold(
  films: readonly FilmRow[],
  labels: Float64Array,
  foldOf: Int32Array,
  folds: number,
  names: readonly MetadataName[],
): Float64Array {
  const logits = new Float64Array(films.length)
  for (let fold = 0; fold < folds; fold++) {
    const inside = (_: unknown, i: number): boolean => foldOf[i] === fold
    const outside = (_: unknown, i: number): boolean => foldOf[i] !== fold
    const model = fitMetadata(films.filter(outside), labels.filter(outside), names)
    const judged = model(films.filter(inside))
    let next = 0
    for (let i = 0; i < films.length; i++) if (foldOf[i] === fold) logits[i] = judged[next++]!
  }
  return logits
}

function isOfFilm(name: MetadataName): boolean {
  return name !== 'order of collection'
}

function patientsOfRarerClass(films: readonly FilmRow[], labels: Float64Array): number {
  const of = (label: number): number =>
    new Set(films.filter((_, i) => labels[i] === label).map(film => film.patient)).size
  return Math.min(of(0), of(1))
}

function labelOf(row: FilmRow, target: string): 0 | 1 | null {
  return row.labels[target] ?? null
}

function tooFew(target: string): Problem {
  return new Problem(
    `Cannot score the metadata for "${target}": fewer than two patients have a film with it, or without it, ` +
      'at least two of each are needed',
    { next: 'Check the labels with: chestnut explore' },
  )
}
