import type { Random } from '../core/index.ts'

/**
 * Shares out groups so that each part has about its share of every class. Greedy: the largest groups first, in an order drawn
 * within each size, each to the part where it lowers Σ (count − wanted)² / wanted over parts and classes the most (Pearson's χ²
 * of the counts against the shares). A group's size counts each class relative to its total, so that films of rare classes come
 * first, as in the iterative stratification of Sechidis, Tsoumakas and Vlahavas (2011).
 *
 * @param all of each class the number of films in each group; a film may be in several classes, an empty one counts for nothing
 * @param shares the wished share of each part; they sum to 1
 * @param spread places a group of every rare class into as many parts as it has groups before all others, the largest part first
 * @returns the part of each group; −1 for a group without films
 */
export function shareGroups(
  all: readonly Int32Array[],
  shares: readonly number[],
  draw: Random,
  spread = false,
): Int32Array {
  const classes = all.filter(counts => sum(counts) > 0)
  const totals = classes.map(sum)
  const sharing: Sharing = {
    classes,
    wanted: shares.map(share => totals.map(total => share * total)),
    filled: shares.map(() => new Float64Array(classes.length)),
    partOf: new Int32Array(all[0]?.length ?? 0).fill(-1),
  }
  const order = largestFirst(classes, totals, draw)
  if (spread) spreadRare(sharing, order, shares)
  for (const group of order) {
    if (sharing.partOf[group] === -1) place(sharing, group, cheapest(sharing, group))
  }
  return sharing.partOf
}

/**
 * The classes for `shareGroups`: of each label the films without it and those with it, then all films.
 *
 * @param labels of each label 1, 0, or anything else where a film has none
 * @param groupOf the group of each film; a film of group −1 counts nowhere
 */
export function labelClasses(
  labels: readonly ArrayLike<number | null>[],
  groupOf: Int32Array,
  groups: number,
): readonly Int32Array[] {
  const all = new Int32Array(groups)
  for (let film = 0; film < groupOf.length; film++) if (groupOf[film]! >= 0) all[groupOf[film]!]!++
  return [...labels.flatMap(label => classesOf(label, groupOf, groups)), all]
}

function classesOf(label: ArrayLike<number | null>, groupOf: Int32Array, groups: number): [Int32Array, Int32Array] {
  const without = new Int32Array(groups)
  const having = new Int32Array(groups)
  for (let film = 0; film < groupOf.length; film++) {
    const group = groupOf[film]!
    if (group < 0) continue
    if (label[film] === 0) without[group]!++
    else if (label[film] === 1) having[group]!++
  }
  return [without, having]
}

interface Sharing {
  readonly classes: readonly Int32Array[]
  /** Films by part and class. */
  readonly wanted: readonly (readonly number[])[]
  readonly filled: readonly Float64Array[]
  readonly partOf: Int32Array
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}

function place({ classes, filled, partOf }: Sharing, group: number, part: number): void {
  partOf[group] = part
  for (let c = 0; c < classes.length; c++) filled[part]![c]! += classes[c]![group]!
}

function cheapest({ classes, wanted, filled }: Sharing, group: number): number {
  let best = 0
  let lowest = Number.POSITIVE_INFINITY
  for (let part = 0; part < filled.length; part++) {
    let cost = 0
    for (let c = 0; c < classes.length; c++) {
      cost += added(filled[part]![c]!, classes[c]![group]!, wanted[part]![c]!)
    }
    if (cost < lowest) {
      lowest = cost
      best = part
    }
  }
  return best
}

/** What `count` more films change in (filled − wanted)² / wanted. */
function added(filled: number, count: number, wanted: number): number {
  return (count * (2 * (filled - wanted) + count)) / wanted
}

function largestFirst(classes: readonly Int32Array[], totals: readonly number[], draw: Random): number[] {
  const size = new Float64Array(classes[0]?.length ?? 0)
  for (const [c, counts] of classes.entries()) {
    for (let group = 0; group < size.length; group++) size[group]! += counts[group]! / totals[c]!
  }
  const groups = Array.from(size, (_, group) => group).filter(group => size[group]! > 0)
  // Thousands of groups have a few dozen sizes: sorting those is much less than sorting the groups.
  const bySize = new Map<number, number[]>()
  for (const group of draw.shuffle(groups)) {
    const same = bySize.get(size[group]!)
    if (same === undefined) bySize.set(size[group]!, [group])
    else same.push(group)
  }
  return [...bySize.keys()].sort((a, b) => b - a).flatMap(key => bySize.get(key) ?? [])
}

/** Where a part's share of a class is less than this many groups, chance alone could leave it without one. */
const few = 2

/** The rarest class first, and of its groups the smallest first, so that no part is filled up by them. */
function spreadRare(sharing: Sharing, order: readonly number[], shares: readonly number[]): void {
  const smallest = order.toReversed()
  const least = Math.min(...shares)
  const parts = [...shares.keys()].sort((a, b) => shares[b]! - shares[a]!)
  const rare = sharing.classes
    .map((counts, c) => ({ c, groups: smallest.filter(group => counts[group]! > 0) }))
    .filter(({ groups }) => groups.length * least < few)
    .sort((a, b) => a.groups.length - b.groups.length)
  for (const { c, groups } of rare) {
    for (const part of parts) {
      const next = sharing.filled[part]![c] === 0 ? groups.find(group => sharing.partOf[group] === -1) : undefined
      if (next !== undefined) place(sharing, next, part)
    }
  }
}
