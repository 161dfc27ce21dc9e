/** How gradients change parameters. Data, so that it can cross a thread or become nodes of a graph. */
export interface Optimizer {
  readonly kind: 'sgd' | 'adam' | 'adamw'
  /** sgd: share of the last step that is added to the next. Default 0. */
  readonly momentum?: number | undefined
  /** adam, adamw: decay of the mean of gradients. Default 0.9. */
  readonly beta1?: number | undefined
  /** adam, adamw: decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number | undefined
  /** adam, adamw: added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number | undefined
  /** Pull of parameters towards 0: added to the gradient (sgd, adam), or apart from it (adamw). Default 0; 0.01 for adamw. */
  readonly weightDecay?: number | undefined
}

type Settings<Names extends keyof Optimizer> = Pick<Optimizer, Names>

/** Stochastic gradient descent with momentum (PyTorch's form: v ← μv + g, θ ← θ − ηv). */
export function sgd(settings: Settings<'momentum' | 'weightDecay'> = {}): Optimizer {
  return { kind: 'sgd', ...settings }
}

/** Adam (Kingma and Ba 2015, algorithm 1). */
export function adam(settings: Settings<'beta1' | 'beta2' | 'epsilon' | 'weightDecay'> = {}): Optimizer {
  return { kind: 'adam', ...settings }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2). */
export function adamw(settings: Settings<'beta1' | 'beta2' | 'epsilon' | 'weightDecay'> = {}): Optimizer {
  return { kind: 'adamw', ...settings }
}
