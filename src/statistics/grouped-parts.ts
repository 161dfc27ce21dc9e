import { Problem, random } from '../core/index.ts'
import { assignGroups } from './assign-groups.ts'
import { countLabels, shareLabels } from './share-labels.ts'

export interface GroupedPartsOptions {
  /** The class of each film: a small whole number from 0. */
  readonly classes: ArrayLike<number>
  /** The patient of each film. */
  readonly groups: readonly string[]
  /** The wished share of each part; they sum to 1. */
  readonly shares: readonly number[]
  readonly seed: number
}

/**
 * A part for each film, such that no patient is in two parts and each part has about its share of every class: patients in an
 * order drawn with the seed, the most uneven first, each to the part where it keeps the classes most balanced (the rule of
 * scikit-learn's StratifiedGroupKFold, extended to parts of unequal size).
 *
 * @throws Problem when there are fewer patients than parts
 */
export function groupedStratifiedParts(options: GroupedPartsOptions): Int32Array {
  const { classes, groups, shares, seed } = options
  if (classes.length !== groups.length) {
    throw new RangeError(`Cannot split ${classes.length} films: there are ${groups.length} groups`)
  }
  const numbers = new Map<string, number>()
  const groupOf = Int32Array.from(groups, group => numberOf(numbers, group))
  checkPatients(numbers.size, shares.length)
  const counts = countClasses(classes, groupOf, numbers.size)
  const order = random(seed, 'parts').shuffle([...counts.keys()])
  const partOf = assignGroups(counts, order, shares)
  return groupOf.map(group => partOf[group]!)
}

/** `groupedStratifiedParts` with folds of equal size: the number, from 0, of the fold in which each film is tested. */
export function groupedStratifiedFolds(options: {
  readonly classes: ArrayLike<number>
  readonly groups: readonly string[]
  readonly folds: number
  readonly seed: number
}): Int32Array {
  const { folds, ...films } = options
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new RangeError(`Cannot make ${folds} folds: a whole number from 2 is needed`)
  }
  return groupedStratifiedParts({ ...films, shares: new Array<number>(folds).fill(1 / folds) })
}

/** Films with several labels each. */
export interface GroupedLabelsOptions extends Omit<GroupedPartsOptions, 'classes'> {
  /** Of each label what every film has: 1, 0, or null where it is not labelled, which counts for nothing. */
  readonly labels: readonly ArrayLike<number | null>[]
}

/**
 * A part for each film, such that no patient is in two parts, and each part has about its share of the films and, of each label,
 * of the films with it and of those without; see `shareLabels`. The order of the films does not matter.
 *
 * @throws Problem when there are fewer patients than parts
 */
export function groupedLabelParts({ labels, groups, shares, seed }: GroupedLabelsOptions): Int32Array {
  const names = [...new Set(groups)].sort()
  checkPatients(names.length, shares.length)
  const numbers = new Map(names.map((name, number) => [name, number]))
  const groupOf = Int32Array.from(groups, group => numbers.get(group)!)
  const partOf = shareLabels(countLabels(labels, groupOf, names.length), shares, random(seed, 'parts'))
  return groupOf.map(group => partOf[group]!)
}

function checkPatients(patients: number, parts: number): void {
  if (patients >= parts) return
  throw new Problem(
    `Cannot split the films of ${patients} patients into ${parts} parts: at least one patient for each is needed`,
    { next: 'Ask for fewer parts, or add films of more patients' },
  )
}

function numberOf(numbers: Map<string, number>, group: string): number {
  const known = numbers.get(group)
  if (known !== undefined) return known
  numbers.set(group, numbers.size)
  return numbers.size - 1
}

/** Films of each class in each group. */
function countClasses(classes: ArrayLike<number>, groupOf: Int32Array, groups: number): readonly Int32Array[] {
  const classCount = groupOf.reduce((most, _, i) => Math.max(most, classes[i]! + 1), 1)
  const counts = Array.from({ length: groups }, () => new Int32Array(classCount))
  groupOf.forEach((group, i) => {
    counts[group]![classes[i]!]!++
  })
  return counts
}
