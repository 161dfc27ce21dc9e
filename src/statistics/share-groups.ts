import type { Random } from '../core/index.ts'

/**
 * Shares out groups so that each part has about its share of every class. Greedy: the largest groups first, in an order drawn
 * within each size, each to the part where it lowers Σ (count − wanted)² / wanted over parts and classes the most (Pearson's χ²
 * of the counts against the shares).
 *
 * @param classes of each class the number of films in each group; a film may be in several classes, none is empty
 * @param shares the wished share of each part; they sum to 1
 * @returns the part of each group; −1 for a group without films
 */
export function shareGroups(classes: readonly Int32Array[], shares: readonly number[], draw: Random): Int32Array {
  const sharing = openSharing(classes, shares)
  for (const group of largestFirst(classes, draw)) place(sharing, group, cheapest(sharing, group))
  return sharing.partOf
}

/** Groups that are being shared out. */
export interface Sharing {
  readonly classes: readonly Int32Array[]
  /** Films by part and class. */
  readonly wanted: readonly (readonly number[])[]
  readonly filled: readonly Float64Array[]
  /** −1 for a group that has none yet. */
  readonly partOf: Int32Array
}

export function openSharing(classes: readonly Int32Array[], shares: readonly number[]): Sharing {
  const totals = classes.map(sum)
  return {
    classes,
    wanted: shares.map(share => totals.map(total => share * total)),
    filled: shares.map(() => new Float64Array(classes.length)),
    partOf: new Int32Array(classes[0]?.length ?? 0).fill(-1),
  }
}

export function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}

export function place({ classes, filled, partOf }: Sharing, group: number, part: number): void {
  partOf[group] = part
  for (let c = 0; c < classes.length; c++) filled[part]![c]! += classes[c]![group]!
}

/** Takes a group out of its part. */
export function take({ classes, filled, partOf }: Sharing, group: number): void {
  const part = partOf[group]!
  partOf[group] = -1
  for (let c = 0; c < classes.length; c++) filled[part]![c]! -= classes[c]![group]!
}

/** The part to which a group that is in none adds the least; of parts that tie `preferred`, or else the first. */
export function cheapest({ classes, wanted, filled }: Sharing, group: number, preferred = 0): number {
  let best = preferred
  let lowest = Number.POSITIVE_INFINITY
  for (let part = 0; part < filled.length; part++) {
    let cost = 0
    for (let c = 0; c < classes.length; c++) {
      cost += added(filled[part]![c]!, classes[c]![group]!, wanted[part]![c]!)
    }
    if (cost < lowest || (cost === lowest && part === preferred)) {
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

/** A group's size counts each class relative to its total, so that films of rare classes weigh more. */
export function largestFirst(classes: readonly Int32Array[], draw: Random): number[] {
  const size = new Float64Array(classes[0]?.length ?? 0)
  for (const counts of classes) {
    const total = sum(counts)
    for (let group = 0; group < size.length; group++) size[group]! += counts[group]! / total
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
