import { Misuse, Problem, random } from '../core/index.ts'
import type { Split } from './film-row.ts'
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
  const groups = spec.by === 'patient' ? films.patients : Int32Array.from(films.patients.keys())
  const counts = countGroups(groups, films)
  checkGroups(counts, spec)
  const parts = assignGroups(counts, spec)
  const splits = Array.from(groups, (group, film): Split => (films.eligible[film] === 1 ? parts[group]! : 'unused'))
  checkParts(splits, films.positive, spec)
  if (spec.balance) balanceTraining(splits, films.positive, spec.seed)
  return splits
}

/** Films of each group without and with the target. */
interface GroupCounts {
  readonly negatives: Int32Array
  readonly positives: Int32Array
}

function countGroups(groups: Int32Array, { positive, eligible }: SplitInput): GroupCounts {
  const size = groups.reduce((most, group) => Math.max(most, group + 1), 0)
  const counts = { negatives: new Int32Array(size), positives: new Int32Array(size) }
  for (let film = 0; film < groups.length; film++) {
    if (eligible[film] === 0) continue
    const count = positive[film] === 1 ? counts.positives : counts.negatives
    count[groups[film]!]!++
  }
  return counts
}

/**
 * Greedy: the largest groups first, in an order drawn within each size, each to the part where it lowers
 * Σ (count − wanted)² / wanted over parts and classes the most (Pearson's χ² of the counts against the shares).
 */
function assignGroups({ negatives, positives }: GroupCounts, spec: SplitSpec): Split[] {
  const parts = partsOf(spec)
  const totals = [sum(negatives), sum(positives)] as const
  const filled = parts.map(() => [0, 0] as [number, number])
  const assigned: Split[] = new Array(negatives.length).fill('unused')
  for (const group of largestFirst(negatives, positives, totals, spec.seed)) {
    let best = 0
    let lowest = Number.POSITIVE_INFINITY
    for (const [p, { share }] of parts.entries()) {
      const cost =
        change(filled[p]![0], negatives[group]!, share, totals[0]) +
        change(filled[p]![1], positives[group]!, share, totals[1])
      if (cost < lowest) {
        lowest = cost
        best = p
      }
    }
    filled[best]![0] += negatives[group]!
    filled[best]![1] += positives[group]!
    assigned[group] = parts[best]!.split
  }
  return assigned
}

/** What adding `count` films to a part that has `filled` changes in the sum, for one class. */
function change(filled: number, count: number, share: number, total: number): number {
  const wanted = share * total
  return (count * (2 * (filled - wanted) + count)) / wanted
}

/** Size counts each class relative to its total, so that a positive film of a rare class weighs more. */
function largestFirst(
  negatives: Int32Array,
  positives: Int32Array,
  totals: readonly [number, number],
  seed: number,
): number[] {
  const size = Float64Array.from(negatives, (count, group) => count / totals[0] + positives[group]! / totals[1])
  const groups = Array.from(size.keys()).filter(group => size[group]! > 0)
  return random(seed, 'split')
    .shuffle(groups)
    .sort((a, b) => size[b]! - size[a]!)
}

function partsOf(spec: SplitSpec): { split: Split; share: number }[] {
  const parts: { split: Split; share: number }[] = [
    { split: 'train', share: 1 - spec.test - spec.validation },
    { split: 'test', share: spec.test },
    { split: 'validation', share: spec.validation },
  ]
  return parts.filter(part => part.share > 0)
}

/** The guide draws as many negatives as there are positives; here the more frequent class is cut, whichever it is. */
function balanceTraining(splits: Split[], positive: Uint8Array, seed: number): void {
  const training = Array.from(splits.keys()).filter(film => splits[film] === 'train')
  const classes = [0, 1].map(label => training.filter(film => positive[film] === label)) as [number[], number[]]
  const [few, many] = classes.sort((a, b) => a.length - b.length)
  for (const film of drawOut(many, many.length - few.length, seed)) splits[film] = 'unused'
}

/** `count` of the items, by the first steps of a shuffle; of the shorter of the two lists, kept and dropped, only. */
function drawOut(items: readonly number[], count: number, seed: number): number[] {
  const draw = random(seed, 'balance')
  const kept = items.length - count
  const steps = Math.min(kept, count)
  const order = [...items]
  for (let i = 0; i < steps; i++) {
    const j = i + draw.integer(order.length - i)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return count <= kept ? order.slice(0, count) : order.slice(kept)
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0)
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

function checkParts(splits: readonly Split[], positive: Uint8Array, spec: SplitSpec): void {
  for (const { split } of partsOf(spec)) {
    const labels = splits.flatMap((found, film) => (found === split ? [positive[film]] : []))
    const positives = labels.filter(label => label === 1).length
    if (positives > 0 && positives < labels.length) continue
    throw new Problem(
      `Cannot split the films: the ${split} part would have ${positives} films with the target and ${labels.length - positives} without, ` +
        'both classes are needed in each part',
      { next: 'Use more patients, or larger shares' },
    )
  }
}
