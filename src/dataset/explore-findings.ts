import { random } from '../core/index.ts'
import type { Report } from '../report/index.ts'
import type { ExploreOptions } from './explore.ts'
import { shortcutScores } from './explore.ts'
import {
  casesOf,
  filmsPerPatient,
  groupFacts,
  leakRate,
  oldestOf,
  partFacts,
  parts,
  patientsOf,
} from './explore-counts.ts'
import type { FilmRow } from './film-row.ts'
import type { FindingFacts, FindingsExploration } from './findings-exploration.ts'
import type { MetadataName } from './metadata-features.ts'

export interface ExploreFindingsOptions extends Omit<ExploreOptions, 'target' | 'samples'> {
  /** The findings that are to be predicted, as the data spell them. */
  readonly targets: readonly string[]
}

/**
 * `explore` for several findings: one page for all of them.
 *
 * @param rows with certain labels alone (see `withUncertain`)
 */
export async function exploreFindings(
  rows: readonly FilmRow[],
  options: ExploreFindingsOptions,
): Promise<{ readonly data: FindingsExploration; readonly report: Report }> {
  const { targets, seed, films, pictures = true, without = [], signal } = options
  // Charts and pictures, which no other command about data needs.
  const [{ findingsExplorationReport }, { drawFindings }] = await Promise.all([
    import('./explore-findings-report.ts'),
    import('./explore-samples.ts'),
  ])
  const { drawn, unreadable } = await drawFindings(rows, targets, { seed, films, ...(signal && { signal }) })
  const data: FindingsExploration = {
    format: 'chestnut.findings-exploration/1',
    films: rows.length,
    patients: patientsOf(rows).size,
    without: rows.filter(({ labels }) => targets.every(target => labels[target] === 0)).length,
    people: groupFacts(rows, oldestOf(rows)),
    filmsPerPatient: filmsPerPatient(rows),
    findings: findingFacts(rows, targets, { seed, without }),
    together: targets.map(target => {
      const films = showing(rows, target)
      return targets.map(other => showing(films, other).length)
    }),
    parts: partFacts(rows),
    leakRate: leakRate(rows, () => true),
    samples: drawn.map(({ target, row }) => ({ target, row })),
    unreadable,
  }
  return { data, report: findingsExplorationReport(data, pictures ? drawn : []) }
}

/** With more, the scores of fourteen findings would take minutes, and their intervals be hardly narrower. */
const mostScored = 20_000

/** The rows of patients drawn with the seed, where there are too many to score all. */
function scoredRows(rows: readonly FilmRow[], seed: number): readonly FilmRow[] {
  if (rows.length <= mostScored) return rows
  const share = mostScored / rows.length
  const patients = random(seed, 'scored').shuffle([...patientsOf(rows)])
  const drawn = new Set(patients.slice(0, Math.floor(share * patients.length)))
  return rows.filter(({ patient }) => drawn.has(patient))
}

function showing(rows: readonly FilmRow[], target: string): readonly FilmRow[] {
  return rows.filter(({ labels }) => labels[target] === 1)
}

function findingFacts(
  rows: readonly FilmRow[],
  targets: readonly string[],
  options: { readonly seed: number; readonly without: readonly MetadataName[] },
): readonly FindingFacts[] {
  const cases = casesOf(rows)
  const scored = scoredRows(rows, options.seed)
  return targets.map(target => {
    const positive = showing(rows, target)
    const isUncertain = ({ uncertain = [] }: FilmRow): boolean => uncertain.includes(target)
    return {
      target,
      positives: positive.length,
      negatives: rows.filter(({ labels }) => labels[target] === 0).length,
      uncertain: rows.filter(isUncertain).length,
      unlabelled: rows.filter(row => (row.labels[target] ?? null) === null && !isUncertain(row)).length,
      patients: patientsOf(positive).size,
      alone: cases.find(({ finding }) => finding === target)?.alone ?? 0,
      people: groupFacts(positive, oldestOf(rows)),
      parts: Object.fromEntries(parts.map(part => [part, positive.filter(({ split }) => split === part).length])),
      shortcuts: shortcutScores(scored, { target, ...options }),
    }
  })
}
