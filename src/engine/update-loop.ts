import {
  type Adam,
  type Clip,
  clipEpsilon,
  completeOptimizer,
  type Optimizer,
  type RmsProp,
  type Sgd,
} from '../core/index.ts'

/** What an optimizer remembers of one parameter (see `optimizerSlots`): buffers as long as the parameter, zero at first. */
export type Slots = Readonly<Record<string, Float32Array>>

export interface UpdateStep {
  readonly parameter: Float32Array
  /** The parameter's. */
  readonly shape: readonly number[]
  readonly gradient: Float32Array
  /** What the gradient is multiplied by on the way, to clip it. */
  readonly scale: number
  readonly slots: Slots
  readonly rate: number
  /** 1 for the first update. */
  readonly step: number
}

/**
 * Updates a parameter and its slots in place, in one pass: memory is what limits it, so nothing is read or written twice.
 * The formulas are PyTorch's; arithmetic is in float64, what is kept in float32. `optimizerNodes` in autodiff is the same as
 * nodes of a graph.
 *
 * @returns the sum of the squares of the gradient, before its scale: known on the way, and free where memory is the limit
 */
export function update(optimizer: Optimizer, at: UpdateStep): number {
  const full = completeOptimizer(optimizer, at.shape)
  if (full.kind === 'sgd') return sgd(full, at)
  if (full.kind === 'rmsprop') return rmsprop(full, at)
  return full.amsgrad ? amsgrad(full, at) : adam(full, at)
}

/** b ← μ·b + g, p ← p − η·b, where g holds the weight decay. Nesterov: p ← p − η·(g + μ·b). */
function sgd(optimizer: Required<Sgd>, { parameter, gradient, scale, slots, rate }: UpdateStep): number {
  let squares = 0
  const { momentum, weightDecay } = optimizer
  if (momentum === 0) {
    for (let i = 0; i < parameter.length; i++) {
      const value = parameter[i]!
      const raw = gradient[i]!
      squares += raw * raw
      parameter[i] = value - rate * (raw * scale + weightDecay * value)
    }
    return squares
  }
  // The step is now·g + kept·b, with the new b.
  const [now, kept] = optimizer.nesterov ? [1, momentum] : [0, 1]
  const velocity = slotOf(slots, 'momentum')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const raw = gradient[i]!
    squares += raw * raw
    const slope = raw * scale + weightDecay * value
    const speed = momentum * velocity[i]! + slope
    velocity[i] = speed
    parameter[i] = value - rate * (now * slope + kept * speed)
  }
  return squares
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p − η·m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ). With
 * `epsilonFirst` the ε stands beside √v: √v̂ + ε/√(1−β₂ᵗ). Weight decay λ is added to the gradient by Adam (Kingma and Ba
 * 2015), and taken from the parameter, p ← p − ηλp, by AdamW (Loshchilov and Hutter 2019).
 */
function adam(optimizer: Required<Adam>, at: UpdateStep): number {
  let squares = 0
  const { parameter, gradient, scale, slots } = at
  const { beta1, beta2 } = optimizer
  const { kept, added, stepSize, root, epsilon } = adamFactors(optimizer, at)
  const first = slotOf(slots, 'm')
  const second = slotOf(slots, 'v')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const raw = gradient[i]!
    squares += raw * raw
    const slope = raw * scale + added * value
    const mean = beta1 * first[i]! + (1 - beta1) * slope
    const square = beta2 * second[i]! + (1 - beta2) * slope * slope
    first[i] = mean
    second[i] = square
    parameter[i] = value * kept - (stepSize * mean) / (Math.sqrt(square) * root + epsilon)
  }
  return squares
}

/** As Adam, with the largest v so far in place of v. A loop of its own: one more question in Adam's made it half as fast. */
function amsgrad(optimizer: Required<Adam>, at: UpdateStep): number {
  let squares = 0
  const { parameter, gradient, scale, slots } = at
  const { beta1, beta2 } = optimizer
  const { kept, added, stepSize, root, epsilon } = adamFactors(optimizer, at)
  const first = slotOf(slots, 'm')
  const second = slotOf(slots, 'v')
  const largest = slotOf(slots, 'vmax')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const raw = gradient[i]!
    squares += raw * raw
    const slope = raw * scale + added * value
    const mean = beta1 * first[i]! + (1 - beta1) * slope
    const square = beta2 * second[i]! + (1 - beta2) * slope * slope
    const most = Math.max(largest[i]!, square)
    first[i] = mean
    second[i] = square
    largest[i] = most
    parameter[i] = value * kept - (stepSize * mean) / (Math.sqrt(most) * root + epsilon)
  }
  return squares
}

interface AdamFactors {
  /** What is left of the parameter after decay, and what decay adds to the gradient. */
  readonly kept: number
  readonly added: number
  /** η / (1−β₁ᵗ) */
  readonly stepSize: number
  /** 1 / √(1−β₂ᵗ) */
  readonly root: number
  /** As it counts beside the corrected root. */
  readonly epsilon: number
}

function adamFactors(optimizer: Required<Adam>, { rate, step }: UpdateStep): AdamFactors {
  const { kind, weightDecay, beta1, beta2, epsilon, epsilonFirst } = optimizer
  const start = (beta: number): number => 1 - (epsilonFirst ? Math.fround(Math.fround(beta) ** step) : beta ** step)
  const root = 1 / Math.sqrt(start(beta2))
  return {
    kept: kind === 'adamw' ? 1 - rate * weightDecay : 1,
    added: kind === 'adamw' ? 0 : weightDecay,
    stepSize: rate / start(beta1),
    root,
    epsilon: epsilonFirst ? epsilon * root : epsilon,
  }
}

/** v ← αv + (1−α)g², b ← μ·b + g/(√v + ε), p ← p − η·b, where g holds the weight decay. */
function rmsprop(optimizer: Required<RmsProp>, { parameter, gradient, scale, slots, rate }: UpdateStep): number {
  let squares = 0
  const { alpha, epsilon, momentum, weightDecay } = optimizer
  const second = slotOf(slots, 'v')
  const velocity = momentum === 0 ? undefined : slotOf(slots, 'momentum')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const raw = gradient[i]!
    squares += raw * raw
    const slope = raw * scale + weightDecay * value
    const square = alpha * second[i]! + (1 - alpha) * slope * slope
    second[i] = square
    let speed = slope / (Math.sqrt(square) + epsilon)
    if (velocity !== undefined) {
      speed += momentum * velocity[i]!
      velocity[i] = speed
    }
    parameter[i] = value - rate * speed
  }
  return squares
}

function slotOf(slots: Slots, name: string): Float32Array {
  const slot = slots[name]
  if (slot === undefined) throw new RangeError(`Cannot update: the optimizer's slot "${name}" is missing`)
  return slot
}

/** As `update` gives it, where the gradients' norm decides their scale. Four sums side by side: none waits for the one before. */
export function sumOfSquares(values: Float32Array): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  const even = values.length - (values.length % 4)
  for (let i = 0; i < even; i += 4) {
    const p = values[i]!
    const q = values[i + 1]!
    const r = values[i + 2]!
    const s = values[i + 3]!
    a += p * p
    b += q * q
    c += r * r
    d += s * s
  }
  for (let i = even; i < values.length; i++) a += values[i]! * values[i]!
  return a + b + (c + d)
}

/** The Euclidean norm of gradients whose sums of squares are known. */
export function normOf(squares: readonly number[]): number {
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
}

/** What clipping multiplies gradients of this norm by: min(1, bound / (norm + 1e-6)), as PyTorch's clip_grad_norm_. */
export function clipScale(clip: Clip, norm: number): number {
  return Math.min(1, clip.norm / (norm + clipEpsilon))
}
