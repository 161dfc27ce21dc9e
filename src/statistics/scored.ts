import { Problem } from '../core/index.ts'

/** Throws unless there is one label, 0 or 1, for each score and every score is a number. */
export function checkScored(what: string, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (scores.length !== labels.length) {
    throw new RangeError(`Cannot compute ${what}: there are ${scores.length} scores and ${labels.length} labels`)
  }
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) throw new RangeError(`Cannot compute ${what}: score ${i} is not a number`)
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(`Cannot compute ${what}: label ${i} is ${labels[i]}, it must be 0 or 1`)
    }
  }
}

/** How many labels are 1. */
export function countPositives(labels: ArrayLike<number>): number {
  let positives = 0
  for (let i = 0; i < labels.length; i++) positives += labels[i]!
  return positives
}

/** `checkScored`, and throws a `Problem` unless both classes are there. */
export function checkBothClasses(what: string, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkScored(what, scores, labels)
  const positives = countPositives(labels)
  const negatives = labels.length - positives
  if (positives > 0 && negatives > 0) return
  throw new Problem(
    `Cannot compute ${what}: there are ${positives} positives and ${negatives} negatives, at least one of each is needed`,
    { next: 'Check the labels of this part, or split the data again' },
  )
}
