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

/** The AUROC within each sex, age band and view that has films. */
export function subgroupsOf(judged: Judged, films: readonly FilmFacts[]): readonly Subgroup[] {
  if (films.length !== judged.labels.length) {
    throw new RangeError(
      `Cannot judge subgroups: there are facts of ${films.length} films and ${judged.labels.length} labels`,
    )
  }
  return groupings.flatMap(({ by, groups, of }) =>
    groups
      .map(group =>
        judgeGroup(
          by,
          group,
          judged,
          [...films.keys()].filter(i => of(films[i]!) === group),
        ),
      )
      .filter(subgroup => subgroup.positives + subgroup.negatives > 0),
  )
}

function judgeGroup(by: Subgroup['by'], group: string, judged: Judged, members: readonly number[]): Subgroup {
  const labels = members.map(i => judged.labels[i]!)
  const positives = labels.filter(label => label === 1).length
  const negatives = labels.length - positives
  if (positives < fewest || negatives < fewest) return { by, group, positives, negatives, auroc: null }
  const scores = members.map(i => judged.scores[i]!)
  const patients = members.map(i => judged.patients[i]!)
  return { by, group, positives, negatives, auroc: plainInterval(aurocClustered(scores, labels, patients)) }
}

function ageBand(age: number | null): string | null {
  if (age === null) return null
  return age < 18 ? 'under 18' : age < 40 ? '18 to 39' : age < 65 ? '40 to 64' : '65 and over'
}
