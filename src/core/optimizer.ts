/**
 * How gradients change weights, as data: a plain loop and nodes of a graph both carry it out, with PyTorch's formulas
 * (torch.optim.SGD, Adam, AdamW). Members that are absent have the defaults below.
 */
export interface Optimizer {
  readonly kind: 'sgd' | 'adam' | 'adamw'
  /** sgd: the part of the last step that is kept. Default 0. */
  readonly momentum?: number
  /** adam, adamw: decay of the mean gradient. Default 0.9. */
  readonly beta1?: number
  /** adam, adamw: decay of the mean squared gradient. Default 0.999. */
  readonly beta2?: number
  /** adam, adamw: added to the root of the mean squared gradient, outside of the root. Default 1e-8. */
  readonly epsilon?: number
  /** sgd, adam: added to the gradient as `weightDecay · w`. adamw: `rate · weightDecay · w` is taken from the weight. Default 0. */
  readonly weightDecay?: number
}

export type SgdOptions = Pick<Optimizer, 'momentum' | 'weightDecay'>
export type AdamOptions = Pick<Optimizer, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'>

/** Stochastic gradient descent, with momentum if asked for. */
export function sgd(options: SgdOptions = {}): Optimizer {
  return checked({ kind: 'sgd', ...options })
}

/** Adam (Kingma and Ba 2015). */
export function adam(options: AdamOptions = {}): Optimizer {
  return checked({ kind: 'adam', ...options })
}

/** AdamW (Loshchilov and Hutter 2019). `weightDecay` is 0.01 unless said, as in PyTorch. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return checked({ kind: 'adamw', weightDecay: 0.01, ...options })
}

function checked(optimizer: Optimizer): Optimizer {
  const { kind, momentum = 0, beta1 = 0, beta2 = 0, epsilon = 1, weightDecay = 0 } = optimizer
  for (const [name, value] of Object.entries({ momentum, beta1, beta2 })) {
    if (!(value >= 0 && value < 1)) {
      throw new RangeError(`Cannot make the optimizer "${kind}": ${name} is ${value}, wanted 0 ≤ ${name} < 1`)
    }
  }
  if (!(epsilon > 0)) {
    throw new RangeError(`Cannot make the optimizer "${kind}": epsilon is ${epsilon}, wanted more than 0`)
  }
  if (!(weightDecay >= 0)) {
    throw new RangeError(`Cannot make the optimizer "${kind}": weightDecay is ${weightDecay}, wanted 0 or more`)
  }
  return optimizer
}
