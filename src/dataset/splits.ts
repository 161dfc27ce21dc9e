import { Misuse, Problem, random } from '../core/index.ts'
import type { Split } from './film-row.ts'
import { countParts } from './part-counts.ts'
import type { SplitSpec } from './split-spec.ts'

/** Films by their place; all arrays have the same length. */
export interface SplitInput {
  /** The number of the film's patient, from 0. */
  readonly patients: Int32Array
  /** 1 where the film shows the target. */
  readonly positive: Uint8Array
  /** 0 where the film takes no part. */
  readonly eligible: Uint8Array
}

/**
 * Shares films out to training, validation and test, stratified by the target: the share of positives is as near the same in
 * each as whole patients allow. Depends on the films and the seed alone.
 *
 * @throws Problem when a part would lack one of the classes.
 */
export function splitFilms(films: SplitInput, spec: SplitSpec): Split[] {
  checkSpec(spec)
  const groups = spec.by === 'patient' ? films.patients : films.patients.map((_, film) => film)
  const counts = countGroups(groups, films)
  checkGroups(counts, spec)
  const parts = assignGroups(counts, spec)
  const splits = new Array<Split>(groups.length)
  for (let film = 0; film < groups.length; film++) {
    splits[film] = films.eligible[film] === 1 ? parts[groups[film]!]! : 'unused'
  }
  checkParts(films, splits, spec)
  if (spec.balance) balanceTraining(splits, films.positive, spec.seed)
  return splits
}

/** Films of each group without and with the target, and of all together. */
interface GroupCounts {
  readonly negatives: Int32Array
  readonly positives: Int32Array
  readonly totals: readonly [negatives: number, positives: number]
}

function countGroups(groups: Int32Array, { positive, eligible }: SplitInput): GroupCounts {
  const size = groups.reduce((most, group) => Math.max(most, group + 1), 0)
  const negatives = new Int32Array(size)
  const positives = new Int32Array(size)
  for (let film = 0; film < groups.length; film++) {
    if (eligible[film] === 0) continue
    const count = positive[film] === 1 ? positives : negatives
    count[groups[film]!]!++
  }
  return { negatives, positives, totals: [sum(negatives), sum(positives)] }
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}

interface Part {
  readonly split: Split
  readonly share: number
  /** Films assigned so far. */
  negatives: number
  positives: number
}

function partsOf(spec: SplitSpec): Part[] {
  const shares: readonly (readonly [Split, number])[] = [
    ['train', 1 - spec.test - spec.validation],
    ['test', spec.test],
    ['validation', spec.validation],
  ]
  return shares.filter(([, share]) => share > 0).map(([split, share]) => ({ split, share, negatives: 0, positives: 0 }))
}

/**
 * Greedy: the largest groups first, in an order drawn within each size, each to the part where it lowers
 * Σ (count − wanted)² / wanted over parts and classes the most (Pearson's χ² of the counts against the shares).
 */
function assignGroups(counts: GroupCounts, spec: SplitSpec): Split[] {
  const parts = partsOf(spec)
  const assigned = new Array<Split>(counts.negatives.length).fill('unused')
  for (const group of largestFirst(counts, spec.seed)) {
    const negatives = counts.negatives[group]!
    const positives = counts.positives[group]!
    const part = cheapest(parts, negatives, positives, counts.totals)
    part.negatives += negatives
    part.positives += positives
    assigned[group] = part.split
  }
  return assigned
}

function cheapest(
  parts: readonly Part[],
  negatives: number,
  positives: number,
  totals: readonly [number, number],
): Part {
  let best = parts[0]!
  let lowest = Number.POSITIVE_INFINITY
  for (const part of parts) {
    const cost =
      added(part.negatives, negatives, part.share * totals[0]) +
      added(part.positives, positives, part.share * totals[1])
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

/** A group's size counts each class relative to its total, so that a positive film of a rare class weighs more. */
function largestFirst({ negatives, positives, totals }: GroupCounts, seed: number): number[] {
  const size = Float64Array.from(negatives, (count, group) => count / totals[0] + positives[group]! / totals[1])
  const groups = Array.from(negatives, (_, group) => group).filter(group => size[group]! > 0)
  // Thousands of groups have a few dozen sizes: sorting those is much less than sorting the groups.
  const bySize = new Map<number, number[]>()
  for (const group of random(seed, 'split').shuffle(groups)) {
    const same = bySize.get(size[group]!)
    if (same === undefined) bySize.set(size[group]!, [group])
    else same.push(group)
  }
  return [...bySize.keys()].sort((a, b) => b - a).flatMap(key => bySize.get(key) ?? [])
}

/** The guide draws as many negatives as there are positives; here the more frequent class is cut, whichever it is. */
function balanceTraining(splits: Split[], positive: Uint8Array, seed: number): void {
  const negatives = trainingFilms(splits, positive, 0)
  const positives = trainingFilms(splits, positive, 1)
  const [few, many] = negatives.length < positives.length ? [negatives, positives] : [positives, negatives]
  for (const film of many) splits[film] = 'unused'
  for (const film of draw(many, few.length, seed)) splits[film] = 'train'
}

function trainingFilms(splits: readonly Split[], positive: Uint8Array, label: 0 | 1): Int32Array {
  const films = new Int32Array(splits.length)
  let count = 0
  for (let film = 0; film < splits.length; film++) {
    if (splits[film] === 'train' && positive[film] === label) films[count++] = film
  }
  return films.subarray(0, count)
}

/** `count` of the items: the first steps of a Fisher-Yates shuffle. */
function draw(items: Int32Array, count: number, seed: number): Int32Array {
  const numbers = random(seed, 'balance')
  const order = items.slice()
  for (let i = 0; i < count; i++) {
    const j = i + numbers.integer(order.length - i)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order.subarray(0, count)
}

function checkSpec({ test, validation }: SplitSpec): void {
  if (!(test > 0 && validation >= 0 && test + validation < 1)) {
    throw new Misuse(
      `Cannot split into ${test} for test and ${validation} for validation: test must be above 0, and something must be left to train on`,
    )
  }
}

function checkGroups({ negatives, positives }: GroupCounts, spec: SplitSpec): void {
  const parts = partsOf(spec).length
  const unit = spec.by === 'patient' ? 'patients' : 'films'
  const withTarget = positives.filter(count => count > 0).length
  const without = negatives.filter(count => count > 0).length
  if (withTarget === 0 || without === 0) {
    const only = withTarget === 0 ? 'none of the films shows' : 'every film shows'
    throw new Problem(`Cannot split the films: ${only} the target, both classes are needed`)
  }
  if (withTarget < parts || without < parts) {
    throw new Problem(
      `Cannot split the films into ${parts} parts: ${withTarget} ${unit} have a film with the target and ${without} have one without, ` +
        `at least ${parts} of each are needed`,
    )
  }
}

function checkParts({ patients, positive }: SplitInput, splits: readonly Split[], spec: SplitSpec): void {
  const counts = countParts(patients, positive, splits)
  for (const { split } of partsOf(spec)) {
    const { films, positives } = counts[split]
    if (positives > 0 && positives < films) continue
    throw new Problem(
      `Cannot split the films: the ${split} part would have ${positives} films with the target and ${films - positives} without, ` +
        'both classes are needed in each part',
      { next: 'Use more patients, or larger shares' },
    )
  }
}
