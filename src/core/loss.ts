/**
 * What training makes small, as data. `smoothing` takes that share of each label and spreads it evenly over what the label could
 * have been (Szegedy et al. 2016, section 7).
 */
export type Loss = BinaryCrossEntropy | SoftmaxCrossEntropy | FocalLoss

/** For labels that are true or false each on its own: sigmoid and cross-entropy. */
export interface BinaryCrossEntropy {
  readonly kind: 'binary-cross-entropy'
  /** A label y becomes (1 − s)·y + s/2. Default 0. */
  readonly smoothing?: number
}

/** For classes of which a film has exactly one: softmax and cross-entropy. */
export interface SoftmaxCrossEntropy {
  readonly kind: 'softmax-cross-entropy'
  /** A label y of K classes becomes (1 − s)·y + s/K. Default 0. */
  readonly smoothing?: number
}

/** Binary cross-entropy that counts less what is answered well already (Lin et al. 2017). */
export interface FocalLoss {
  readonly kind: 'focal'
  /** How much less: the factor is (1 − p)^gamma, with p the probability of what is true. Default 2. */
  readonly gamma?: number
  /** The weight of positives; negatives weigh 1 − alpha. Default 0.25, as in the paper. */
  readonly alpha?: number
  /** A label y becomes (1 − s)·y + s/2. Default 0. */
  readonly smoothing?: number
}

export function binaryCrossEntropy(options: Omit<BinaryCrossEntropy, 'kind'> = {}): Loss {
  return checked({ kind: 'binary-cross-entropy', ...options })
}

export function softmaxCrossEntropy(options: Omit<SoftmaxCrossEntropy, 'kind'> = {}): Loss {
  return checked({ kind: 'softmax-cross-entropy', ...options })
}

export function focal(options: Omit<FocalLoss, 'kind'> = {}): Loss {
  return checked({ kind: 'focal', ...options })
}

function checked(loss: Loss): Loss {
  const { smoothing = 0 } = loss
  const { gamma = 2, alpha = 0.25 } = loss.kind === 'focal' ? loss : {}
  const demand = (name: string, value: number, fine: boolean, wanted: string): void => {
    if (!fine) throw new RangeError(`Cannot make the loss "${loss.kind}": ${name} is ${value}, wanted ${wanted}`)
  }
  demand('smoothing', smoothing, smoothing >= 0 && smoothing < 1, '0 ≤ smoothing < 1')
  demand('gamma', gamma, gamma >= 0 && gamma < Number.POSITIVE_INFINITY, '0 or more')
  demand('alpha', alpha, alpha >= 0 && alpha <= 1, '0 ≤ alpha ≤ 1')
  return loss
}
