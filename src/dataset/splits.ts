import { Misuse, Problem, random } from '../core/index.ts'
import { countLabels, type GroupLabels, shareGroups, shareLabels } from '../statistics/index.ts'
import type { Split } from './film-row.ts'
import { countParts, type TargetLabels } from './part-counts.ts'
import type { SplitSpec } from './split-spec.ts'

/** Films by their place; all arrays have the same length. */
export interface SplitInput {
  /** The number of the film's patient, from 0. */
  readonly patients: Int32Array
  /** One or more. */
  readonly targets: readonly TargetLabels[]
  /** 0 where the film takes no part. */
  readonly eligible: Uint8Array
}

/**
 * Shares films out to training, validation and test, stratified by the targets: of each target, the share of positives is as near
 * the same in each part as whole patients allow. Labels that are not certain count for nothing; a film without a certain label
 * takes part in training only, where the policy makes something of it. Depends on the films, their order and the seed alone.
 *
 * @throws Problem when a target lacks one of the classes, or the only target does in one of the parts.
 * @throws Misuse when films of several targets are to be balanced.
 */
export function splitFilms(films: SplitInput, spec: SplitSpec): Split[] {
  const { targets } = films
  checkSpec(spec, targets.length)
  const groupOf = spec.by === 'patient' ? films.patients : films.patients.map((_, film) => film)
  const certain = withLabel(films, 'certain')
  const counted = groupOf.map((group, film) => (certain[film] === 1 ? group : -1))
  const groups = groupOf.reduce((most, group) => Math.max(most, group + 1), 0)
  const counts = countLabels(
    targets.map(target => target.certain),
    counted,
    groups,
  )
  checkClasses(films, counts, spec)
  const parts = partsOf(spec)
  const shares = parts.map(({ share }) => share)
  const draw = random(spec.seed, 'split')
  const [negatives, positives] = [counts.negatives[0]!, counts.positives[0]!]
  const alone = targets.length === 1
  const partOf = alone ? shareGroups([negatives, positives], shares, draw) : shareLabels(counts, shares, draw)
  const trainable = withLabel(films, 'training')
  const splits = new Array<Split>(groupOf.length)
  for (let film = 0; film < splits.length; film++) {
    const split = parts[partOf[groupOf[film]!]!]?.split ?? 'train'
    const takesPart = split === 'train' ? trainable[film] : certain[film]
    splits[film] = takesPart === 1 ? split : 'unused'
  }
  checkParts(films, splits, spec)
  if (spec.balance) balanceTraining(splits, targets[0]!.training, spec.seed)
  return splits
}

/** 1 for the films that have a label of at least one target. */
export function withLabel({ targets, eligible }: SplitInput, of: 'certain' | 'training'): Uint8Array {
  const found = new Uint8Array(eligible.length)
  for (const target of targets) {
    const labels = target[of]
    for (let film = 0; film < found.length; film++) if (labels[film] !== -1) found[film] = eligible[film]!
  }
  return found
}

interface Part {
  readonly split: Split
  readonly share: number
}

function partsOf(spec: SplitSpec): Part[] {
  const shares: readonly Part[] = [
    { split: 'train', share: 1 - spec.test - spec.validation },
    { split: 'test', share: spec.test },
    { split: 'validation', share: spec.validation },
  ]
  return shares.filter(({ share }) => share > 0)
}

/** The guide draws as many negatives as there are positives; here the more frequent class is cut, whichever it is. */
export function balanceTraining(splits: Split[], labels: Int8Array, seed: number): void {
  const negatives = trainingFilms(splits, labels, 0)
  const positives = trainingFilms(splits, labels, 1)
  const [few, many] = negatives.length < positives.length ? [negatives, positives] : [positives, negatives]
  for (const film of many) splits[film] = 'unused'
  for (const film of draw(many, few.length, seed)) splits[film] = 'train'
}

function trainingFilms(splits: readonly Split[], labels: Int8Array, label: 0 | 1): Int32Array {
  const films = new Int32Array(splits.length)
  let count = 0
  for (let film = 0; film < splits.length; film++) {
    if (splits[film] === 'train' && labels[film] === label) films[count++] = film
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

function checkSpec({ test, validation, balance }: SplitSpec, targets: number): void {
  if (!(test > 0 && validation >= 0 && test + validation < 1)) {
    throw new Misuse(
      `Cannot split into ${test} for test and ${validation} for validation: test must be above 0, and something must be left to train on`,
    )
  }
  if (balance && targets > 1) {
    throw new Misuse(
      `Cannot balance the training films of ${targets} targets: a film that one target could spare is one that another needs`,
      { next: 'set "split.balance" to false, and "train.classWeights" to true' },
    )
  }
}

function checkClasses({ targets }: SplitInput, { negatives, positives }: GroupLabels, spec: SplitSpec): void {
  const parts = partsOf(spec).length
  const unit = spec.by === 'patient' ? 'patients' : 'films'
  const groupsWith = (counts: Int32Array | undefined): number => counts?.filter(count => count > 0).length ?? 0
  for (const [i, { name }] of targets.entries()) {
    const without = groupsWith(negatives[i])
    const withTarget = groupsWith(positives[i])
    const target = targets.length === 1 ? 'the target' : `"${name}"`
    if (withTarget === 0 || without === 0) {
      const only = withTarget === 0 ? 'none of the films shows' : 'every film shows'
      throw new Problem(`Cannot split the films: ${only} ${target}, both classes are needed`)
    }
    if (targets.length === 1 && (withTarget < parts || without < parts)) {
      throw new Problem(
        `Cannot split the films into ${parts} parts: ${withTarget} ${unit} have a film with the target and ${without} have one without, ` +
          `at least ${parts} of each are needed`,
      )
    }
  }
}

/** With one target both classes are needed everywhere. With several, one that is too rare for it costs that target alone. */
function checkParts({ patients, targets }: SplitInput, splits: readonly Split[], spec: SplitSpec): void {
  const counts = countParts(patients, targets, splits)
  for (const { split } of partsOf(spec)) {
    const { films, labels } = counts[split]
    if (films === 0) {
      throw new Problem(`Cannot split the films: the ${split} part would have none`, {
        next: 'Use more patients, or larger shares',
      })
    }
    if (targets.length > 1) continue
    const { positives, negatives } = labels[targets[0]!.name]!
    if (positives > 0 && negatives > 0) continue
    throw new Problem(
      `Cannot split the films: the ${split} part would have ${positives} films with the target and ${negatives} without, ` +
        'both classes are needed in each part',
      { next: 'Use more patients, or larger shares' },
    )
  }
}
