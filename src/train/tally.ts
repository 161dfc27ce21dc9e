import type { Loss } from '../core/index.ts'
import { auroc } from '../statistics/index.ts'
import type { Labelled } from './class-weights.ts'
import { isWhole } from './whole-films.ts'

/** What a tally has counted so far. */
export interface TallySums {
  /** Of the losses of all labels, or films. */
  readonly losses: number
  /** Labels, or films, that were answered right. */
  readonly right: number
  /** All of them. */
  readonly known: number
}

/** Sums up loss and accuracy over batches of any size. */
export interface Tally {
  /** @param loss the mean over the batch's labels; over its films for a softmax cross-entropy */
  add(loss: number, logits: Float32Array, labels: Float32Array, mask: Float32Array): void
  readonly loss: number
  /**
   * Share of labels on the right side of probability ½, which is logit 0; for a softmax cross-entropy, of films whose likeliest
   * class is theirs.
   */
  readonly accuracy: number
  readonly sums: TallySums
}

interface Count {
  readonly right: number
  readonly known: number
}

/**
 * @param classes K
 * @param from the sums to go on from. Default: none
 */
export function tally({ kind }: Loss, classes: number, from: TallySums = { losses: 0, right: 0, known: 0 }): Tally {
  const countOf = kind === 'softmax-cross-entropy' ? countFilms : countLabels
  let { losses, right, known } = from
  return {
    add(loss, logits, labels, mask) {
      const count = countOf(logits, labels, mask, classes)
      losses += loss * count.known
      right += count.right
      known += count.known
    },
    get loss() {
      return known === 0 ? Number.NaN : losses / known
    },
    get accuracy() {
      return known === 0 ? Number.NaN : right / known
    },
    get sums() {
      return { losses, right, known }
    },
  }
}

function countLabels(logits: Float32Array, labels: Float32Array, mask: Float32Array): Count {
  let right = 0
  let known = 0
  for (let i = 0; i < logits.length; i++) {
    if (mask[i] === 0) continue
    known++
    if (logits[i]! >= 0 === (labels[i] === 1)) right++
  }
  return { right, known }
}

function countFilms(logits: Float32Array, labels: Float32Array, mask: Float32Array, classes: number): Count {
  let right = 0
  let known = 0
  for (let film = 0; film < logits.length / classes; film++) {
    if (!isWhole(mask, film, classes)) continue
    known++
    if (largestOf(logits, film, classes) === largestOf(labels, film, classes)) right++
  }
  return { right, known }
}

/** The class with the largest value of a film; the first of equals. */
function largestOf(values: Float32Array, film: number, classes: number): number {
  let best = 0
  for (let k = 1; k < classes; k++) if (values[film * classes + k]! > values[film * classes + best]!) best = k
  return best
}

/**
 * The mean of the classes' AUROC, over the labelled examples of each; null when no class has both sides. After a softmax
 * cross-entropy a class is ranked by its probability against all others.
 */
export function meanAuroc({ kind }: Loss, logits: Float32Array, { labels, mask, count }: Labelled): number | null {
  const classes = count === 0 ? 0 : logits.length / count
  const exclusive = kind === 'softmax-cross-entropy'
  const scores = exclusive ? logOdds(logits, classes) : logits
  const areas: number[] = []
  for (let k = 0; k < classes; k++) {
    const films = Array.from({ length: count }, (_, film) => film)
    const known = films.filter(film => (exclusive ? isWhole(mask, film, classes) : mask[film * classes + k] === 1))
    const rows = known.map(film => film * classes + k)
    const truth = rows.map(i => labels[i]!)
    if (!truth.includes(0) || !truth.includes(1)) continue
    areas.push(
      auroc(
        rows.map(i => scores[i]!),
        truth,
      ),
    )
  }
  return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length
}

/** log (p / (1 − p)) of each class's softmax probability p: its logit against the log of the sum of the others' exponentials. */
function logOdds(logits: Float32Array, classes: number): Float64Array {
  return Float64Array.from(logits, (logit, i) => {
    const start = i - (i % classes)
    const others = [...logits.subarray(start, start + classes)].filter((_, k) => start + k !== i)
    const most = Math.max(...others)
    return logit - most - Math.log(others.reduce((sum, other) => sum + Math.exp(other - most), 0))
  })
}
