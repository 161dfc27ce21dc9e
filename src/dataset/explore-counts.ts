import { histogram } from '../statistics/index.ts'
import type { AgeFacts, Case, Exploration, GroupFacts, PartFacts, PatientCount } from './exploration.ts'
import type { FilmRow, Split } from './film-row.ts'

type Counted = Pick<
  Exploration,
  | 'films'
  | 'patients'
  | 'positives'
  | 'negatives'
  | 'groups'
  | 'cases'
  | 'companions'
  | 'filmsPerPatient'
  | 'parts'
  | 'leakRate'
  | 'leakRateOfPositives'
>

/** Everything that the table alone tells. */
export function countRows(rows: readonly FilmRow[], target: string): Counted {
  const positive = rows.filter(row => row.labels[target] === 1)
  const negative = rows.filter(row => row.labels[target] === 0)
  const oldest = oldestOf(rows)
  return {
    films: rows.length,
    patients: patientsOf(rows).size,
    positives: positive.length,
    negatives: negative.length,
    groups: {
      all: groupFacts(rows, oldest),
      positive: groupFacts(positive, oldest),
      negative: groupFacts(negative, oldest),
    },
    cases: casesOf(rows),
    companions: casesOf(positive).filter(({ finding }) => finding !== target),
    filmsPerPatient: filmsPerPatient(rows),
    parts: partsOf(rows, target),
    leakRate: leakRate(rows, () => true),
    leakRateOfPositives: leakRate(rows, row => row.labels[target] === 1),
  }
}

export function oldestOf(rows: readonly FilmRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.age ?? 0), 0)
}

/** @param oldest of the rows with which these are laid over each other */
export function groupFacts(rows: readonly FilmRow[], oldest: number): GroupFacts {
  const count = (test: (row: FilmRow) => boolean): number => rows.filter(test).length
  return {
    sexes: {
      female: count(({ sex }) => sex === 'F'),
      male: count(({ sex }) => sex === 'M'),
      unknown: count(({ sex }) => sex === null),
    },
    views: {
      PA: count(({ view }) => view === 'PA'),
      AP: count(({ view }) => view === 'AP'),
      unknown: count(({ view }) => view === null),
    },
    ages: ageFacts(rows, oldest),
  }
}

/** In bins of five years, from 0 to beyond the oldest of all, so that groups can be laid over each other. */
function ageFacts(rows: readonly FilmRow[], oldest: number): AgeFacts {
  const ages = rows.flatMap(row => (row.age === null ? [] : [row.age]))
  const bins = Math.floor(oldest / 5) + 1
  const { edges, counts } = histogram(ages, { bins, range: [0, 5 * bins] })
  return {
    mean: meanOf(ages),
    least: ages.length === 0 ? null : ages.reduce((a, b) => Math.min(a, b)),
    most: ages.length === 0 ? null : ages.reduce((a, b) => Math.max(a, b)),
    unknown: rows.length - ages.length,
    edges,
    counts,
  }
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

export function casesOf(rows: readonly FilmRow[]): Case[] {
  const found = new Map<string, { films: number; alone: number }>()
  for (const { labels } of rows) {
    const present = Object.keys(labels).filter(finding => labels[finding] === 1)
    for (const finding of present) {
      const { films, alone } = found.get(finding) ?? { films: 0, alone: 0 }
      found.set(finding, { films: films + 1, alone: alone + (present.length === 1 ? 1 : 0) })
    }
  }
  return [...found]
    .map(([finding, counts]) => ({ finding, ...counts }))
    .sort((a, b) => b.films - a.films || (a.finding < b.finding ? -1 : 1))
}

export function filmsPerPatient(rows: readonly FilmRow[]): Exploration['filmsPerPatient'] {
  const films = new Map<string, number>()
  for (const { patient } of rows) films.set(patient, (films.get(patient) ?? 0) + 1)
  const sizes = [...films.values()]
  const most = sizes.reduce((a, b) => Math.max(a, b), 0)
  const counts = Array.from({ length: Math.min(most, 10) }, (_, i): PatientCount => {
    const last = i === 9
    const patients = sizes.filter(size => (last ? size >= 10 : size === i + 1)).length
    return { films: last ? '10 or more' : String(i + 1), patients }
  })
  return { most, counts }
}

export const parts: readonly Split[] = ['train', 'validation', 'test', 'unused']

function partsOf(rows: readonly FilmRow[], target: string): PartFacts[] {
  return partFacts(rows).map(({ part, films, ...people }) => ({
    part,
    films,
    positives: rows.filter(({ split, labels }) => split === part && labels[target] === 1).length,
    ...people,
  }))
}

/** Who is in each part that has films. */
export function partFacts(rows: readonly FilmRow[]): Omit<PartFacts, 'positives'>[] {
  return parts
    .map(part => [part, rows.filter(row => row.split === part)] as const)
    .filter(([, members]) => members.length > 0)
    .map(([part, members]) => ({
      part,
      films: members.length,
      patients: patientsOf(members).size,
      female: members.filter(({ sex }) => sex === 'F').length,
      meanAge: meanOf(members.flatMap(({ age }) => (age === null ? [] : [age]))),
    }))
}

/** Of the test films that count: how many show a patient that training has seen. */
export function leakRate(rows: readonly FilmRow[], counts: (row: FilmRow) => boolean): number {
  const seen = patientsOf(rows.filter(({ split }) => split === 'train'))
  const test = rows.filter(row => row.split === 'test' && counts(row))
  return test.length === 0 ? 0 : test.filter(({ patient }) => seen.has(patient)).length / test.length
}

export function patientsOf(rows: readonly FilmRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ patient }) => patient))
}
