/** Watches the validation loss: which epoch is the best, and whether waiting for a better one still makes sense. */
export interface BestEpoch {
  /** @returns whether this is the lowest loss so far */
  see(epoch: number, loss: number): boolean
  /** 0 before the first. */
  readonly epoch: number
  /** Whether `patience` epochs have passed without a lower loss. */
  outOfPatience(epoch: number): boolean
}

export function bestEpoch(patience: number): BestEpoch {
  let best = 0
  let lowest = Number.POSITIVE_INFINITY
  return {
    see(epoch, loss) {
      if (!(loss < lowest)) return false
      lowest = loss
      best = epoch
      return true
    },
    get epoch() {
      return best
    },
    outOfPatience: epoch => epoch - best >= patience,
  }
}
