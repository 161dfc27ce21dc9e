import { auroc } from '../statistics/index.ts'
import type { Labelled } from './class-weights.ts'

/** Sums up loss and accuracy over batches of any size. */
export interface Tally {
  /** @param loss the mean over the batch's labels */
  add(loss: number, logits: Float32Array, labels: Float32Array, mask: Float32Array): void
  readonly loss: number
  /** Share of labels on the right side of probability ½, which is logit 0. */
  readonly accuracy: number
}

export function tally(): Tally {
  let losses = 0
  let right = 0
  let labelled = 0
  return {
    add(loss, logits, labels, mask) {
      let count = 0
      for (let i = 0; i < logits.length; i++) {
        if (mask[i] === 0) continue
        count++
        if (logits[i]! >= 0 === (labels[i] === 1)) right++
      }
      losses += loss * count
      labelled += count
    },
    get loss() {
      return labelled === 0 ? Number.NaN : losses / labelled
    },
    get accuracy() {
      return labelled === 0 ? Number.NaN : right / labelled
    },
  }
}

/** The mean of the classes' AUROC, over the labelled examples of each; null when no class has both sides. */
export function meanAuroc(logits: Float32Array, { labels, mask, count }: Labelled): number | null {
  const classes = count === 0 ? 0 : logits.length / count
  const areas: number[] = []
  for (let k = 0; k < classes; k++) {
    const rows = Array.from({ length: count }, (_, i) => i * classes + k).filter(i => mask[i] === 1)
    const truth = rows.map(i => labels[i]!)
    if (!truth.includes(0) || !truth.includes(1)) continue
    areas.push(
      auroc(
        rows.map(i => logits[i]!),
        truth,
      ),
    )
  }
  return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length
}
