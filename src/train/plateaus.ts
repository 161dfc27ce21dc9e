/** A loss counts as lower when it falls by more than this share, as in PyTorch's ReduceLROnPlateau. */
const fall = 1e-4

/** How often losses have not fallen for more than `patience` epochs in a row; after each time the count begins anew. */
export function plateausOf(losses: readonly number[], patience: number): number {
  let lowest = Number.POSITIVE_INFINITY
  let waited = 0
  let plateaus = 0
  for (const loss of losses) {
    if (loss < lowest * (1 - fall)) {
      lowest = loss
      waited = 0
    } else if (++waited > patience) {
      plateaus++
      waited = 0
    }
  }
  return plateaus
}
