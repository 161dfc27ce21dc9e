import type { FilmRow, Split } from './film-row.ts'

/** What would let a model look good on films that it has seen. Counts only. */
export interface DataLeaks {
  /** Patients with films in more than one of training, validation and testing. */
  readonly patients: number
  /** Testing films whose patient, or whose very bytes, are in training or validation too. */
  readonly testingFilms: number
  /** Their share of the testing films. */
  readonly rate: number
  /** Films that stand in the table once more under another name. */
  readonly copies: number
  /** Films with copies in more than one of training, validation and testing. */
  readonly copiesAcross: number
}

export function dataLeaks(rows: readonly FilmRow[]): DataLeaks {
  const used = rows.filter(({ split }) => split !== 'unused')
  const ofPatients = partsBy(used, row => row.patient)
  const ofFilms = partsBy(used, row => row.digest)
  const testing = used.filter(({ split }) => split === 'test')
  const leaked = testing.filter(
    ({ patient, digest }) => isLearned(ofPatients.get(patient)) || isLearned(ofFilms.get(digest)),
  )
  return {
    patients: severalParts(ofPatients),
    testingFilms: leaked.length,
    rate: testing.length === 0 ? 0 : leaked.length / testing.length,
    copies: rows.length - new Set(rows.map(({ digest }) => digest)).size,
    copiesAcross: severalParts(ofFilms),
  }
}

type Parts = ReadonlySet<Split>

function partsBy(rows: readonly FilmRow[], key: (row: FilmRow) => string): ReadonlyMap<string, Parts> {
  const parts = new Map<string, Set<Split>>()
  for (const row of rows) {
    const found = parts.get(key(row)) ?? new Set()
    found.add(row.split)
    parts.set(key(row), found)
  }
  return parts
}

function isLearned(parts: Parts | undefined): boolean {
  return parts !== undefined && (parts.has('train') || parts.has('validation'))
}

function severalParts(parts: ReadonlyMap<string, Parts>): number {
  return [...parts.values()].filter(({ size }) => size > 1).length
}
