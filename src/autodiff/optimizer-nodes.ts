import { type Optimizer, scalar } from '../core/index.ts'
import type { Builder } from '../graph/index.ts'

/** What one parameter's update reads. */
export interface OptimizerStep {
  /** A float32 input of the graph, and its gradient. */
  readonly parameter: string
  readonly gradient: string
  /** The learning rate, a float32 scalar. */
  readonly rate: string
  /** The number of this update, a float32 scalar: 1 for the first. */
  readonly step: string
}

/** Input ← output: what has to be carried to the next run, the parameter and its slots. */
export type OptimizerState = Readonly<Record<string, string>>

type Operator = (op: string, ...inputs: readonly (string | number)[]) => string

/**
 * One update of one parameter as nodes of the graph. The optimizer's slots become inputs of the parameter's shape, named
 * `PARAMETER/momentum`, or `PARAMETER/m` and `PARAMETER/v`; they start at zero. All new values become outputs. Formulas as in
 * `Optimizer` (PyTorch's); an engine's own loop is the same to rounding.
 */
export function optimizerNodes(build: Builder, optimizer: Optimizer, at: OptimizerStep): OptimizerState {
  const operator: Operator = (op, ...inputs) =>
    build.node(
      op,
      inputs.map(input => (typeof input === 'number' ? build.constant(scalar(input)) : input)),
    )
  const slot = (name: string): string =>
    build.input({ ...build.valueOf(at.parameter), name: `${at.parameter}/${name}` })
  const state = optimizer.kind === 'sgd' ? sgd(operator, optimizer, at, slot) : adam(operator, optimizer, at, slot)
  for (const output of Object.values(state)) build.output(output)
  return state
}

/** v ← μ·v + g + λ·p, p ← p − η·v */
function sgd(
  operator: Operator,
  { momentum = 0, weightDecay = 0 }: Optimizer,
  { parameter, gradient, rate }: OptimizerStep,
  slot: (name: string) => string,
): OptimizerState {
  const slope = decayed(operator, gradient, parameter, weightDecay)
  if (momentum === 0) return { [parameter]: operator('Sub', parameter, operator('Mul', rate, slope)) }
  const old = slot('momentum')
  const velocity = operator('Add', operator('Mul', old, momentum), slope)
  return { [parameter]: operator('Sub', parameter, operator('Mul', rate, velocity)), [old]: velocity }
}

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p − η·m̂/(√v̂ + ε); AdamW takes η·λ·p from p, Adam adds λ·p to g. */
function adam(
  operator: Operator,
  optimizer: Optimizer,
  { parameter, gradient, rate, step }: OptimizerStep,
  slot: (name: string) => string,
): OptimizerState {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer
  const apart = optimizer.kind === 'adamw'
  const weightDecay = optimizer.weightDecay ?? (apart ? 0.01 : 0)
  const slope = apart ? gradient : decayed(operator, gradient, parameter, weightDecay)
  const [first, second] = [slot('m'), slot('v')]
  const mean = average(operator, first, slope, beta1)
  const square = average(operator, second, operator('Mul', slope, slope), beta2)
  const stepSize = operator('Div', rate, correction(operator, beta1, step))
  const root = operator('Sqrt', operator('Div', square, correction(operator, beta2, step)))
  const change = operator('Div', operator('Mul', mean, stepSize), operator('Add', root, epsilon))
  const kept = operator('Sub', 1, operator('Mul', rate, weightDecay))
  const start = apart && weightDecay > 0 ? operator('Mul', parameter, kept) : parameter
  return { [parameter]: operator('Sub', start, change), [first]: mean, [second]: square }
}

function decayed(operator: Operator, gradient: string, parameter: string, weightDecay: number): string {
  return weightDecay === 0 ? gradient : operator('Add', gradient, operator('Mul', parameter, weightDecay))
}

function average(operator: Operator, old: string, now: string, beta: number): string {
  return operator('Add', operator('Mul', old, beta), operator('Mul', now, 1 - beta))
}

/**
 * 1 − βᵗ, which makes up for the start at zero. With T = tanh(−½·t·ln β) it is 2T/(1+T), which keeps all digits in float32
 * where the difference would lose four of them.
 */
function correction(operator: Operator, beta: number, step: string): string {
  const half = operator('Tanh', operator('Mul', step, -Math.log(beta) / 2))
  return operator('Div', operator('Mul', half, 2), operator('Add', half, 1))
}
