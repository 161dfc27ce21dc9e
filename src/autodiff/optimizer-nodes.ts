import {
  type Adam,
  type Clip,
  clipEpsilon,
  completeOptimizer,
  type Optimizer,
  optimizerSlots,
  type RmsProp,
  type Sgd,
} from '../core/index.ts'
import { type Builder, int, type Operator, operators } from '../graph/index.ts'

/** What one parameter's update reads. */
export interface OptimizerStep {
  /** A float32 input of the graph, and its gradient. */
  readonly parameter: string
  readonly gradient: string
  /** The learning rate, a float32 scalar. */
  readonly rate: string
  /** The number of this update, a float32 scalar: 1 for the first. */
  readonly step: string
  /** A truth value: where it is false, parameter and slots keep their values. Default: they change. */
  readonly counts?: string
}

/** Input ← output: what has to be carried to the next run, the parameter and its slots. */
export type OptimizerState = Readonly<Record<string, string>>

/** The values of the optimizer's slots by their names. */
type Old = Readonly<Record<string, string>>
/** The new parameter, and the new value of each slot. */
interface Updated {
  readonly parameter: string
  readonly slots: Readonly<Record<string, string>>
}

/**
 * One update of one parameter as nodes of the graph. The optimizer's slots become inputs of the parameter's shape, named
 * `PARAMETER/SLOT` (see `optimizerSlots`); they start at zero. All new values become outputs. Formulas as in `Optimizer`
 * (PyTorch's); an engine's own loop is the same to rounding.
 */
export function optimizerNodes(build: Builder, optimizer: Optimizer, at: OptimizerStep): OptimizerState {
  const value = build.valueOf(at.parameter)
  const slotInput = (slot: string): string => `${at.parameter}/${slot}`
  const old: Record<string, string> = {}
  for (const slot of optimizerSlots(optimizer)) old[slot] = build.input({ ...value, name: slotInput(slot) })
  // A symbolic size counts as an axis all the same.
  const full = completeOptimizer(optimizer, value.shape.map(Number))
  const updated = updatedBy(full, operators(build), at, old)
  const settled = (now: string, before: string): string =>
    at.counts === undefined ? now : build.node('Where', [at.counts, now, before])
  const state: Record<string, string> = { [at.parameter]: settled(updated.parameter, at.parameter) }
  for (const [slot, output] of Object.entries(updated.slots)) state[slotInput(slot)] = settled(output, old[slot]!)
  for (const output of Object.values(state)) build.output(output)
  return state
}

function updatedBy(optimizer: Required<Optimizer>, operator: Operator, at: OptimizerStep, old: Old): Updated {
  if (optimizer.kind === 'sgd') return sgd(optimizer, operator, at, old)
  if (optimizer.kind === 'rmsprop') return rmsprop(optimizer, operator, at, old)
  return adam(optimizer, operator, at, old)
}

/** b ← μ·b + g + λ·p, p ← p − η·b. Nesterov: p ← p − η·(g + λ·p + μ·b). */
function sgd(
  { momentum, nesterov, weightDecay }: Required<Sgd>,
  operator: Operator,
  { parameter, gradient, rate }: OptimizerStep,
  old: Old,
): Updated {
  const slope = decayed(operator, gradient, parameter, weightDecay)
  const less = (speed: string): string => operator('Sub', parameter, operator('Mul', rate, speed))
  if (momentum === 0) return { parameter: less(slope), slots: {} }
  const velocity = operator('Add', operator('Mul', old['momentum']!, momentum), slope)
  const speed = nesterov ? operator('Add', slope, operator('Mul', velocity, momentum)) : velocity
  return { parameter: less(speed), slots: { momentum: velocity } }
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p − η·m̂/(√v̂ + ε), with `epsilonFirst` p ← p − η·m̂/(√v̂ + ε/√(1−β₂ᵗ)); AdamW
 * takes η·λ·p from p, Adam adds λ·p to g. AMSGrad divides by the largest v so far.
 */
function adam(optimizer: Required<Adam>, operator: Operator, at: OptimizerStep, old: Old): Updated {
  const { parameter, gradient, rate, step } = at
  const { beta1, beta2, epsilon, epsilonFirst, weightDecay, amsgrad } = optimizer
  const apart = optimizer.kind === 'adamw'
  const slope = apart ? gradient : decayed(operator, gradient, parameter, weightDecay)
  const mean = average(operator, old['m']!, slope, beta1)
  const square = average(operator, old['v']!, operator('Mul', slope, slope), beta2)
  const most = amsgrad ? operator('Max', old['vmax']!, square) : square
  const [first, second] = epsilonFirst ? [Math.fround(beta1), Math.fround(beta2)] : [beta1, beta2]
  const stepSize = operator('Div', rate, correction(operator, first, step))
  const correct = correction(operator, second, step)
  const root = operator('Sqrt', operator('Div', most, correct))
  const added = epsilonFirst ? operator('Div', epsilon, operator('Sqrt', correct)) : epsilon
  const change = operator('Div', operator('Mul', mean, stepSize), operator('Add', root, added))
  const kept = (): string => operator('Mul', parameter, operator('Sub', 1, operator('Mul', rate, weightDecay)))
  const start = apart && weightDecay > 0 ? kept() : parameter
  return {
    parameter: operator('Sub', start, change),
    slots: { m: mean, v: square, ...(amsgrad ? { vmax: most } : {}) },
  }
}

/** v ← αv + (1−α)g², b ← μ·b + g/(√v + ε), p ← p − η·b, where g holds λ·p. */
function rmsprop(
  { alpha, epsilon, momentum, weightDecay }: Required<RmsProp>,
  operator: Operator,
  { parameter, gradient, rate }: OptimizerStep,
  old: Old,
): Updated {
  const slope = decayed(operator, gradient, parameter, weightDecay)
  const square = average(operator, old['v']!, operator('Mul', slope, slope), alpha)
  const scaled = operator('Div', slope, operator('Add', operator('Sqrt', square), epsilon))
  const speed = momentum === 0 ? scaled : operator('Add', operator('Mul', old['momentum']!, momentum), scaled)
  return {
    parameter: operator('Sub', parameter, operator('Mul', rate, speed)),
    slots: { v: square, ...(momentum === 0 ? {} : { momentum: speed }) },
  }
}

function decayed(operator: Operator, gradient: string, parameter: string, weightDecay: number): string {
  return weightDecay === 0 ? gradient : operator('Add', gradient, operator('Mul', parameter, weightDecay))
}

function average(operator: Operator, old: string, now: string, beta: number): string {
  return operator('Add', operator('Mul', old, beta), operator('Mul', now, 1 - beta))
}

/**
 * 1 − βᵗ, which makes up for the start at zero. With T = tanh(−½·t·ln β) it is 2T/(1+T), which keeps all digits in float32
 * where the difference would lose four of them. β = 0 needs no correction.
 */
function correction(operator: Operator, beta: number, step: string): string {
  if (beta === 0) return operator('Min', step, 1)
  const half = operator('Tanh', operator('Mul', step, -Math.log(beta) / 2))
  return operator('Div', operator('Mul', half, 2), operator('Add', half, 1))
}

/** The Euclidean norm of all gradients together, a float32 scalar. */
export function gradientNormNodes(build: Builder, gradients: readonly string[]): string {
  const squares = gradients.map(gradient =>
    build.node('ReduceSum', [build.node('Mul', [gradient, gradient])], { keepdims: int(0) }),
  )
  return build.node('Sqrt', [squares.length === 1 ? squares[0]! : build.node('Sum', squares)])
}

/** Gradients that are scaled down together where their norm is above the bound: g ← g · min(1, bound / (norm + 1e-6)). */
export function clipNodes(
  build: Builder,
  clip: Clip,
  { gradients, norm }: { readonly gradients: readonly string[]; readonly norm: string },
): readonly string[] {
  const operator = operators(build)
  const scale = operator('Min', operator('Div', clip.norm, operator('Add', norm, clipEpsilon)), 1)
  return gradients.map(gradient => operator('Mul', gradient, scale))
}
