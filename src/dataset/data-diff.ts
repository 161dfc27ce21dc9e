import { type FilmRow, type Split, withUncertain } from './film-row.ts'

/** What is there now and was there before. */
export interface CountChange {
  readonly before: number
  readonly after: number
  readonly added: number
  readonly removed: number
}

export interface FilmChange extends CountChange {
  /** Films whose bytes are others under the same name; neither added nor removed. */
  readonly changed: number
}

/** Films that are in both, whose label of a finding is another one now. */
export interface LabelChange {
  readonly finding: string
  /** Now shown, and not before. */
  readonly gained: number
  /** No longer shown. */
  readonly lost: number
  /** A label where there was none, or none where there was one. */
  readonly known: number
}

export interface PartChange {
  readonly part: Split
  readonly before: PartSize
  readonly after: PartSize
}

export interface PartSize {
  readonly films: number
  readonly patients: number
}

/** How the films differ from those of an earlier data set. Counts only: no name of a film or a patient. */
export interface DataDiff {
  readonly films: FilmChange
  readonly patients: CountChange
  /** Of the findings that both have; those without a change are left out. */
  readonly labels: readonly LabelChange[]
  /** Films that are in both, in another part now. */
  readonly moved: number
  /** Those of them that are tested now and were learned from before. */
  readonly movedIntoTesting: number
  readonly parts: readonly PartChange[]
}

const parts: readonly Split[] = ['train', 'validation', 'test', 'unused']

/** A film is the same where its bytes are, whatever it is called. */
export function dataDiff(before: readonly FilmRow[], after: readonly FilmRow[]): DataDiff {
  const [was, is] = [byDigest(before), byDigest(after)]
  const both = [...is].flatMap(([digest, now]) => {
    const then = was.get(digest)
    return then === undefined ? [] : [[then, now] as const]
  })
  const moved = both.filter(([then, now]) => then.split !== now.split)
  return {
    films: filmChange(was, is),
    patients: changeOf(patientsOf(before), patientsOf(after)),
    labels: labelChanges(both),
    moved: moved.length,
    movedIntoTesting: moved.filter(
      ([then, now]) => now.split === 'test' && (then.split === 'train' || then.split === 'validation'),
    ).length,
    parts: parts
      .map(part => ({ part, before: sizeOf(before, part), after: sizeOf(after, part) }))
      .filter(({ before, after }) => before.films + after.films > 0),
  }
}

type Films = ReadonlyMap<string, FilmRow>

/** Of copies the first counts. */
function byDigest(rows: readonly FilmRow[]): Films {
  const films = new Map<string, FilmRow>()
  for (const row of rows) if (!films.has(row.digest)) films.set(row.digest, row)
  return films
}

function filmChange(was: Films, is: Films): FilmChange {
  const change = changeOf(new Set(was.keys()), new Set(is.keys()))
  const gone = new Set([...was].filter(([digest]) => !is.has(digest)).map(([, { name }]) => name))
  const changed = [...is].filter(([digest, { name }]) => !was.has(digest) && gone.has(name)).length
  return { ...change, added: change.added - changed, removed: change.removed - changed, changed }
}

function changeOf(was: ReadonlySet<string>, is: ReadonlySet<string>): CountChange {
  const missingIn = (from: ReadonlySet<string>, to: ReadonlySet<string>): number =>
    [...from].filter(one => !to.has(one)).length
  return { before: was.size, after: is.size, added: missingIn(is, was), removed: missingIn(was, is) }
}

function patientsOf(rows: readonly FilmRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ patient }) => patient))
}

function sizeOf(rows: readonly FilmRow[], part: Split): PartSize {
  const own = rows.filter(({ split }) => split === part)
  return { films: own.length, patients: patientsOf(own).size }
}

/** Labels as the table has them: what a policy makes of uncertain ones depends on the part. */
function labelChanges(both: readonly (readonly [FilmRow, FilmRow])[]): readonly LabelChange[] {
  const changes = new Map<string, { gained: number; lost: number; known: number }>()
  for (const pair of both) {
    const [then, now] = pair.map(row => withUncertain(row, 'ignore').labels) as [FilmRow['labels'], FilmRow['labels']]
    for (const [finding, label] of Object.entries(now)) {
      const earlier = then[finding]
      if (earlier === undefined || earlier === label) continue
      const change = changes.get(finding) ?? { gained: 0, lost: 0, known: 0 }
      changes.set(finding, change)
      if (earlier === null || label === null) change.known++
      else if (label === 1) change.gained++
      else change.lost++
    }
  }
  return [...changes].map(([finding, change]) => ({ finding, ...change }))
}
