import { aurocClustered } from '../statistics/index.ts'
import type { Subgroup } from './evaluation.ts'
import type { Judged } from './judged.ts'
import { plainInterval } from './plain-interval.ts'

/** Facts of a film that subgroups go by; null where the table does not say. */
export interface FilmFacts {
  readonly sex: 'M' | 'F' | null
  /** Years. */
  readonly age: number | null
  readonly view: 'PA' | 'AP' | null
}

/** Fewer films of a class than this say nothing about a subgroup. */
const fewest = 10

const groupings: readonly {
  readonly by: Subgroup['by']
  readonly groups: readonly string[]
  of(film: FilmFacts): string | null
}[] = [
  { by: 'sex', groups: ['F', 'M'], of: film => film.sex },
  { by: 'age', groups: ['under 18', '18 to 39', '40 to 64', '65 and over'], of: film => ageBand(film.age) },
  { by: 'view', groups: ['PA', 'AP'], of: film => film.view },
]

/** A sex, age band or view that has films. */
export interface Group {
  readonly by: Subgroup['by']
  readonly group: string
  /** Places of its films. */
  readonly members: readonly number[]
  readonly positives: number
  readonly negatives: number
  /** Whether its films say anything. */
  readonly isEnough: boolean
}

export function groupsOf(labels: ArrayLike<number>, films: readonly FilmFacts[]): readonly Group[] {
  if (films.length !== labels.length) {
    throw new RangeError(`Cannot judge subgroups: there are facts of ${films.length} films and ${labels.length} labels`)
  }
  return groupings.flatMap(({ by, groups, of }) =>
    groups.flatMap(group => {
      const members = [...films.keys()].filter(i => of(films[i]!) === group)
      if (members.length === 0) return []
      const positives = members.filter(i => labels[i] === 1).length
      const negatives = members.length - positives
      return [{ by, group, members, positives, negatives, isEnough: positives >= fewest && negatives >= fewest }]
    }),
  )
}

/** The AUROC within each sex, age band and view that has films. */
export function subgroupsOf(judged: Judged, films: readonly FilmFacts[]): readonly Subgroup[] {
  return groupsOf(judged.labels, films).map(({ members, isEnough, by, group, positives, negatives }) => {
    const { scores, labels, patients } = ofMembers(judged, members)
    const auroc = isEnough ? plainInterval(aurocClustered(scores, labels, patients)) : null
    return { by, group, positives, negatives, auroc }
  })
}

/** What was said of some of the films. */
export function ofMembers(
  { scores, labels, patients }: Pick<Judged, 'scores' | 'labels' | 'patients'>,
  members: readonly number[],
): { readonly scores: number[]; readonly labels: number[]; readonly patients: string[] } {
  return {
    scores: members.map(i => scores[i]!),
    labels: members.map(i => labels[i]!),
    patients: members.map(i => patients[i]!),
  }
}

function ageBand(age: number | null): string | null {
  if (age === null) return null
  return age < 18 ? 'under 18' : age < 40 ? '18 to 39' : age < 65 ? '40 to 64' : '65 and over'
}
