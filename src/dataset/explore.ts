import type { Film } from '../imaging/index.ts'
import type { Report } from '../report/index.ts'
import type { Exploration } from './exploration.ts'
import { countRows } from './explore-counts.ts'
import type { FilmRow } from './film-row.ts'
import { chooseFinding } from './findings.ts'
import type { MetadataName } from './metadata-features.ts'
import { type MetadataScore, metadataScore } from './metadata-score.ts'

export interface ExploreOptions {
  /** The finding that is to be predicted. */
  readonly target: string
  /** Draws the sample films and the folds of the metadata scores. */
  readonly seed: number
  /** Reads one film. */
  readonly films: (row: FilmRow) => Promise<Film>
  /** Sample films of each class; default 3. */
  readonly samples?: number
  /** Show the sample films in the report; default true. Leave them out of a report that leaves the machine. */
  readonly pictures?: boolean
  /** Facts that the metadata score leaves out, as the order of collection where it is our own (a folder a class). */
  readonly without?: readonly MetadataName[]
  readonly signal?: AbortSignal
}

/**
 * Who is in the data, and what would fool a model: counts as data, and the same as a report.
 *
 * @throws Misuse when no film has the target.
 */
export async function explore(
  rows: readonly FilmRow[],
  options: ExploreOptions,
): Promise<{ readonly data: Exploration; readonly report: Report }> {
  const { seed, films, samples: each = 3, pictures = true, without = [], signal } = options
  const target = chooseFinding(options.target, findingsOf(rows))
  // Charts and pictures, which no other command about data needs.
  const [{ explorationReport }, { drawSamples }] = await Promise.all([
    import('./explore-report.ts'),
    import('./explore-samples.ts'),
  ])
  const { drawn, unreadable } = await drawSamples(rows, { target, seed, each, films, ...(signal && { signal }) })
  const data: Exploration = {
    format: 'chestnut.exploration/1',
    target,
    ...countRows(rows, target),
    shortcuts: shortcutScores(rows, { target, seed, without }),
    samples: drawn.map(({ png: _png, ...facts }) => facts),
    unreadable,
  }
  return { data, report: explorationReport(data, drawn, pictures) }
}

function findingsOf(rows: readonly FilmRow[]): string[] {
  return [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))].sort()
}

/** Scores need two patients in each class; a report is due all the same. */
export function shortcutScores(
  rows: readonly FilmRow[],
  options: { readonly target: string; readonly seed: number; readonly without: readonly MetadataName[] },
): MetadataScore | null {
  const patients = ([0, 1] as const).map(
    label => new Set(rows.filter(row => row.labels[options.target] === label).map(({ patient }) => patient)).size,
  )
  return Math.min(...patients) < 2 ? null : metadataScore(rows, options)
}
