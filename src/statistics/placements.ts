import { aurocOfRanks } from './auroc.ts'
import { midranks } from './ranks.ts'
import { checkBothClasses, countPositives } from './scored.ts'

/** For each film the share of films of the other class that it beats, ties counted half. */
export interface Placements {
  readonly auroc: number
  readonly positives: number
  readonly negatives: number
  /** For a positive: the share of negatives below it. For a negative: the share of positives above it. */
  readonly shares: Float64Array
}

/** Structural components of the AUROC from midranks (Sun and Xu 2014, "Fast implementation of DeLong's algorithm"). */
export function placements(scores: ArrayLike<number>, labels: ArrayLike<number>): Placements {
  checkBothClasses('an AUROC', scores, labels)
  const positives = countPositives(labels)
  const negatives = labels.length - positives
  const among = midranks(scores)
  const within = ranksWithinClass(scores, labels)
  const shares = new Float64Array(labels.length)
  for (let i = 0; i < shares.length; i++) {
    const beaten = among[i]! - within[i]!
    shares[i] = labels[i] === 1 ? beaten / negatives : 1 - beaten / positives
  }
  return { auroc: aurocOfRanks(among, labels, positives), positives, negatives, shares }
}

function ranksWithinClass(scores: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(labels.length)
  for (const label of [0, 1]) {
    const members = Array.from(labels, (_, i) => i).filter(i => labels[i] === label)
    const own = midranks(members.map(i => scores[i]!))
    members.forEach((member, i) => {
      ranks[member] = own[i]!
    })
  }
  return ranks
}
