/**
 * How gradients change weights, as data: a plain loop and nodes of a graph both carry it out, with PyTorch's formulas
 * (torch.optim.SGD, Adam, AdamW, RMSprop) unless told otherwise. Members that are absent have the defaults below.
 */
export type Optimizer = Sgd | Adam | RmsProp

/** What all optimizers can do against large weights. */
export interface Decay {
  /**
   * sgd, adam, rmsprop: added to the gradient as `weightDecay · w`. adamw: `rate · weightDecay · w` is taken from the weight.
   * Default 0; for adamw 0.01, as in PyTorch.
   */
  readonly weightDecay?: number
  /**
   * Whether weights of fewer than two axes decay as well: biases, and scales and shifts of normalisations. Default true, as in
   * PyTorch. Most recipes that name a weight decay mean false.
   */
  readonly decayBiases?: boolean
}

export interface Sgd extends Decay {
  readonly kind: 'sgd'
  /** The part of the last step that is kept. Default 0. */
  readonly momentum?: number
  /** Looks ahead along the momentum (Nesterov's, as in Sutskever et al. 2013). Default false. */
  readonly nesterov?: boolean
}

export interface Adam extends Decay {
  readonly kind: 'adam' | 'adamw'
  /** Decay of the mean gradient. Default 0.9. */
  readonly beta1?: number
  /** Decay of the mean squared gradient. Default 0.999. */
  readonly beta2?: number
  /** Added to the root of the mean squared gradient, outside of the root. Default 1e-8. */
  readonly epsilon?: number
  /**
   * Adds epsilon before the root is corrected for its start at zero, so that it counts up to 32 times as much in the first steps: ε̂
   * at the end of section 2 of Kingma and Ba, and what Keras does. Corrections then go by decays rounded to float32, as in Keras:
   * that moves the first updates by 6e-6. Default false, as in PyTorch.
   */
  readonly epsilonFirst?: boolean
  /** Divides by the largest mean squared gradient so far instead of the last one (Reddi et al. 2018). Default false. */
  readonly amsgrad?: boolean
}

export interface RmsProp extends Decay {
  readonly kind: 'rmsprop'
  /** Decay of the mean squared gradient. Default 0.99. */
  readonly alpha?: number
  /** Added to the root of the mean squared gradient, outside of the root. Default 1e-8. */
  readonly epsilon?: number
  /** The part of the last step that is kept. Default 0. */
  readonly momentum?: number
}

export type SgdOptions = Omit<Sgd, 'kind'>
export type AdamOptions = Omit<Adam, 'kind'>
export type RmsPropOptions = Omit<RmsProp, 'kind'>

/** Stochastic gradient descent, with momentum if asked for. */
export function sgd(options: SgdOptions = {}): Optimizer {
  return checked({ kind: 'sgd', ...options })
}

/** Adam (Kingma and Ba 2015). */
export function adam(options: AdamOptions = {}): Optimizer {
  return checked({ kind: 'adam', ...options })
}

/** Adam as Keras has it: epsilon is 1e-7 and counts before the correction. Otherwise as `adam`. */
export function kerasAdam(options: AdamOptions = {}): Optimizer {
  return adam({ epsilon: 1e-7, epsilonFirst: true, ...options })
}

/** AdamW (Loshchilov and Hutter 2019). `weightDecay` is 0.01 unless said, as in PyTorch. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return checked({ kind: 'adamw', weightDecay: 0.01, ...options })
}

/** RMSprop (Hinton's lecture 6e, 2012), without centring. */
export function rmsprop(options: RmsPropOptions = {}): Optimizer {
  return checked({ kind: 'rmsprop', ...options })
}

/** Scales all gradients of a step down together where their Euclidean norm is above a bound (Pascanu et al. 2013). */
export interface Clip {
  /** The bound. */
  readonly norm: number
}

/** What is added to a norm before a bound is divided by it, as in PyTorch's clip_grad_norm_. */
export const clipEpsilon = 1e-6

/** The names of what an optimizer remembers of each parameter: tensors of its shape, zero at first. */
export function optimizerSlots(optimizer: Optimizer): readonly string[] {
  if (optimizer.kind === 'sgd') return optimizer.momentum ? ['momentum'] : []
  if (optimizer.kind === 'rmsprop') return optimizer.momentum ? ['v', 'momentum'] : ['v']
  return optimizer.amsgrad ? ['m', 'v', 'vmax'] : ['m', 'v']
}

/** The optimizer with every member said, as it treats a parameter of this shape: one that it spares does not decay. */
export function completeOptimizer(optimizer: Optimizer, shape: readonly number[]): Required<Optimizer> {
  const full = withDefaults(optimizer)
  return full.decayBiases || shape.length >= 2 ? full : { ...full, weightDecay: 0 }
}

function withDefaults(optimizer: Optimizer): Required<Optimizer> {
  const decay = { weightDecay: 0, decayBiases: true }
  if (optimizer.kind === 'sgd') return { ...decay, momentum: 0, nesterov: false, ...optimizer }
  if (optimizer.kind === 'rmsprop') return { ...decay, alpha: 0.99, epsilon: 1e-8, momentum: 0, ...optimizer }
  const usual = optimizer.kind === 'adamw' ? 0.01 : 0
  return {
    decayBiases: true,
    weightDecay: usual,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    epsilonFirst: false,
    amsgrad: false,
    ...optimizer,
  }
}

function checked(optimizer: Optimizer): Optimizer {
  const full: Readonly<Record<string, unknown>> = { ...optimizer }
  const demand = (name: string, wanted: string, fine: (value: number) => boolean): void => {
    const value = full[name]
    if (value === undefined || (typeof value === 'number' && fine(value))) return
    throw new RangeError(`Cannot make the optimizer "${optimizer.kind}": ${name} is ${value}, wanted ${wanted}`)
  }
  for (const name of ['momentum', 'beta1', 'beta2', 'alpha']) {
    demand(name, `0 ≤ ${name} < 1`, value => value >= 0 && value < 1)
  }
  demand('epsilon', 'more than 0', value => value > 0)
  demand('weightDecay', '0 or more', value => value >= 0)
  if (optimizer.kind === 'sgd' && optimizer.nesterov && !optimizer.momentum) {
    throw new RangeError('Cannot make the optimizer "sgd": nesterov looks ahead along the momentum, and momentum is 0')
  }
  return optimizer
}
