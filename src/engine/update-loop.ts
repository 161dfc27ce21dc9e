import type { Optimizer } from '../core/index.ts'

/** What an optimizer remembers of one parameter: buffers as long as the parameter, zero at first. */
export type Slots = Readonly<Record<string, Float32Array>>

/** The names of an optimizer's slots. */
export function slotNames(optimizer: Optimizer): readonly string[] {
  if (optimizer.kind !== 'sgd') return ['m', 'v']
  return optimizer.momentum ? ['momentum'] : []
}

export interface UpdateStep {
  readonly parameter: Float32Array
  readonly gradient: Float32Array
  readonly slots: Slots
  readonly rate: number
  /** 1 for the first update. */
  readonly step: number
}

/**
 * Updates a parameter and its slots in place, in one pass: memory is what limits it, so nothing is read or written twice.
 * The formulas are PyTorch's (torch.optim.SGD, Adam, AdamW); arithmetic is in float64, what is kept in float32.
 */
export function update(optimizer: Optimizer, at: UpdateStep): void {
  if (optimizer.kind === 'sgd') sgd(optimizer, at)
  else adam(optimizer, at)
}

/** b ← μ·b + g, p ← p − η·b, where g holds the weight decay. */
function sgd(optimizer: Optimizer, { parameter, gradient, slots, rate }: UpdateStep): void {
  const momentum = optimizer.momentum ?? 0
  const decay = optimizer.weightDecay ?? 0
  if (momentum === 0) {
    for (let i = 0; i < parameter.length; i++) {
      const value = parameter[i]!
      parameter[i] = value - rate * (gradient[i]! + decay * value)
    }
    return
  }
  const velocity = slotOf(slots, 'momentum')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const speed = momentum * velocity[i]! + gradient[i]! + decay * value
    velocity[i] = speed
    parameter[i] = value - rate * speed
  }
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p − η·m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ). Weight decay λ is
 * added to the gradient by Adam (Kingma and Ba 2015), and taken from the parameter, p ← p − ηλp, by AdamW (Loshchilov
 * and Hutter 2019).
 */
function adam(optimizer: Optimizer, { parameter, gradient, slots, rate, step }: UpdateStep): void {
  const beta1 = optimizer.beta1 ?? 0.9
  const beta2 = optimizer.beta2 ?? 0.999
  const epsilon = optimizer.epsilon ?? 1e-8
  const decay = optimizer.weightDecay ?? (optimizer.kind === 'adamw' ? 0.01 : 0)
  const kept = optimizer.kind === 'adamw' ? 1 - rate * decay : 1
  const added = optimizer.kind === 'adamw' ? 0 : decay
  const stepSize = rate / (1 - beta1 ** step)
  const root = 1 / Math.sqrt(1 - beta2 ** step)
  const first = slotOf(slots, 'm')
  const second = slotOf(slots, 'v')
  for (let i = 0; i < parameter.length; i++) {
    const value = parameter[i]!
    const slope = gradient[i]! + added * value
    const mean = beta1 * first[i]! + (1 - beta1) * slope
    const square = beta2 * second[i]! + (1 - beta2) * slope * slope
    first[i] = mean
    second[i] = square
    parameter[i] = value * kept - (stepSize * mean) / (Math.sqrt(square) * root + epsilon)
  }
}

function slotOf(slots: Slots, name: string): Float32Array {
  const slot = slots[name]
  if (slot === undefined) throw new RangeError(`Cannot update: the optimizer's slot "${name}" is missing`)
  return slot
}
