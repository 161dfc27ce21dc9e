import type { Random } from '../core/index.ts'
import { cheapest, largestFirst, openSharing, place, type Sharing, sum, take } from './share-groups.ts'

/** Films of several labels in groups. Each array has the number of films in every group. */
export interface GroupLabels {
  /** Of each label the films without it. */
  readonly negatives: readonly Int32Array[]
  /** Of each label the films with it. */
  readonly positives: readonly Int32Array[]
  readonly films: Int32Array
}

/**
 * @param labels of each label 1, 0, or anything else where a film has none
 * @param groupOf the group of each film; a film of group −1 counts nowhere
 */
export function countLabels(
  labels: readonly ArrayLike<number | null>[],
  groupOf: Int32Array,
  groups: number,
): GroupLabels {
  const count = (label: ArrayLike<number | null>, value: 0 | 1): Int32Array => {
    const found = new Int32Array(groups)
    for (let film = 0; film < groupOf.length; film++) {
      if (groupOf[film]! >= 0 && label[film] === value) found[groupOf[film]!]!++
    }
    return found
  }
  const films = new Int32Array(groups)
  for (let film = 0; film < groupOf.length; film++) if (groupOf[film]! >= 0) films[groupOf[film]!]!++
  return { negatives: labels.map(label => count(label, 0)), positives: labels.map(label => count(label, 1)), films }
}

/**
 * Shares out groups so that each part has about its share of the films and of each label's films with it and without. The rarest
 * labels come first, as in the iterative stratification of Sechidis, Tsoumakas and Vlahavas (2011); then groups change their part
 * as long as that brings the counts nearer to the shares, which leaves half as much of a difference. A label of few groups gets
 * one into as many parts as it has groups, the largest part first.
 *
 * @param shares the wished share of each part; they sum to 1
 * @returns the part of each group; −1 for a group without films
 */
export function shareLabels(counts: GroupLabels, shares: readonly number[], draw: Random): Int32Array {
  const classes = classesOf(counts)
  const sharing = openSharing(classes, shares)
  const order = largestFirst(classes, draw)
  const rare = rareClasses([...counts.positives, ...counts.negatives], order, shares)
  spread(sharing, rare, shares)
  for (const group of order) if (sharing.partOf[group] === -1) place(sharing, group, cheapest(sharing, group))
  settle(sharing, rare, order)
  return sharing.partOf
}

/** The films without a label are all others, and a class of their own only where some have neither. */
function classesOf({ negatives, positives, films }: GroupLabels): readonly Int32Array[] {
  const all = sum(films)
  const open = negatives.filter((counts, i) => sum(counts) + sum(positives[i]!) < all)
  return [...positives, ...open, films].filter(counts => sum(counts) > 0)
}

/** Where a part's share of a class is less than this many groups, chance alone could leave it without one. */
const few = 2

/** The groups of each rare class, the smallest first; the rarest class first. */
function rareClasses(
  classes: readonly Int32Array[],
  order: readonly number[],
  shares: readonly number[],
): readonly (readonly number[])[] {
  const least = Math.min(...shares)
  const smallest = order.toReversed()
  return classes
    .map(counts => smallest.filter(group => counts[group]! > 0))
    .filter(groups => groups.length * least < few)
    .sort((a, b) => a.length - b.length)
}

function spread(sharing: Sharing, rare: readonly (readonly number[])[], shares: readonly number[]): void {
  const { partOf } = sharing
  const parts = [...shares.keys()].sort((a, b) => shares[b]! - shares[a]!)
  for (const groups of rare) {
    const free = groups.filter(group => partOf[group] === -1)
    const without = parts.filter(part => !groups.some(group => partOf[group] === part))
    // The smallest of these parts gets the smallest group.
    for (const [i, part] of without.slice(0, free.length).toReversed().entries()) place(sharing, free[i]!, part)
  }
}

/** It takes about five rounds until no group is better off elsewhere. */
const mostRounds = 20

function settle(sharing: Sharing, rare: readonly (readonly number[])[], order: readonly number[]): void {
  for (let round = 0; round < mostRounds; round++) {
    let moved = false
    for (const group of order) {
      if (isLast(sharing, rare, group)) continue
      const from = sharing.partOf[group]!
      take(sharing, group)
      const best = cheapest(sharing, group, from)
      place(sharing, group, best)
      moved ||= best !== from
    }
    if (!moved) return
  }
}

/** Whether a group is the only one of a rare class in its part. */
function isLast({ partOf }: Sharing, rare: readonly (readonly number[])[], group: number): boolean {
  const part = partOf[group]
  return rare.some(groups => groups.includes(group) && !groups.some(other => other !== group && partOf[other] === part))
}
