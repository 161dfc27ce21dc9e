import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, numbers, type Tensor, type Tensors } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, check, type Graph, int, renameValues } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { differentiateMixed, goodStepsInput, type LossScaling, scaleInput } from './differentiate-mixed.ts'

/** loss = mean of relu(x·w)·v, with x [2, 3]. */
function forward(): Graph {
  const b = build('forward')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [2, 3] })
  const w = b.input({ name: 'w', dtype: 'float32', shape: [3, 4] })
  const v = b.input({ name: 'v', dtype: 'float32', shape: [4, 1] })
  const y = b.node('MatMul', [b.node('Relu', [b.node('MatMul', [x, w])]), v])
  b.output(b.node('ReduceMean', [y], { keepdims: int(0) }, { name: 'loss' }))
  return b.finish()
}

/** The same, times 1e-8: its gradients are below the smallest number of float16, 6e-8. */
function faint(): Graph {
  const b = build('faint', { ...renameValues(forward(), { loss: 'large' }), outputs: [] })
  b.output(b.node('Mul', ['large', b.constant(float32([], [1e-8]))], {}, { name: 'loss' }))
  return b.finish()
}

const of = ['w', 'v']
const inputs: Tensors = {
  x: float32([2, 3], [0.3, -1.7, 0.9, 1.1, 0.2, -0.4]),
  w: float32([3, 4], [0.1, 0.7, -0.3, 0.2, -0.6, 0.35, 0.8, -0.9, 0.45, 0.15, -0.25, 0.55]),
  v: float32([4, 1], [0.3, -0.8, 1.2, 0.65]),
}

interface Step {
  readonly when: number
  readonly scale: number
  readonly good: number
}

/** One step on the reference, with the scale and the count of good steps before and after it. */
function step(given: Tensors, { scale, good }: Omit<Step, 'when'>, scaling: LossScaling, from = forward()): Step {
  const { graph, when, state } = differentiateMixed(from, { loss: 'loss', of, scaling })
  const results = interpret(graph, {
    ...given,
    [scaleInput]: float32([], [scale]),
    [goodStepsInput]: float32([], [good]),
  })
  const one = (name: string): number => numbers(results[name]!)[0]!
  return { when: one(when), scale: one(state[scaleInput]!), good: one(state[goodStepsInput]!) }
}

test('gradients of mixed precision are those of float32 to the digits of float16, whatever the scale', () => {
  const wanted = interpret(differentiate(forward(), { loss: 'loss', of }), inputs)
  const { graph, initial } = differentiateMixed(forward(), { loss: 'loss', of })
  assert.deepEqual(check(graph), [])
  assert.deepEqual(initial, { [scaleInput]: float32([], [2 ** 16]), [goodStepsInput]: float32([], [0]) })
  for (const scale of [1, 2 ** 10, 2 ** 15]) {
    const found = interpret(graph, { ...inputs, ...initial, [scaleInput]: float32([], [scale]) })
    for (const name of ['loss', ...of.map(gradientName)]) {
      allClose(found[name]!, wanted[name]!, { relative: 4 * 2 ** -11, name: `${name}, scaled by ${scale}` })
    }
  }
})

test('a scale keeps gradients that float16 alone would lose', () => {
  const gradient = (graph: Graph, scale: number): Tensor => {
    const mixed = differentiateMixed(graph, { loss: 'loss', of })
    const state = { ...mixed.initial, [scaleInput]: float32([], [scale]) }
    return interpret(mixed.graph, { ...inputs, ...state })[gradientName('v')]!
  }
  assert.ok(numbers(gradient(faint(), 1)).every(value => value === 0))
  const wanted = numbers(gradient(forward(), 2 ** 15)).map(value => value * 1e-8)
  allClose(gradient(faint(), 2 ** 24), float32([4, 1], wanted), { relative: 0.01 })
})

test('good steps in a row double the scale, to a bound, and start to count anew', () => {
  const scaling: LossScaling = { kind: 'dynamic', patience: 3 }
  assert.deepEqual(step(inputs, { scale: 8, good: 1 }, scaling), { when: 1, scale: 8, good: 2 })
  assert.deepEqual(step(inputs, { scale: 8, good: 2 }, scaling), { when: 1, scale: 16, good: 0 })
  const most = { scale: 2 ** 24, good: 2 }
  assert.deepEqual(step(inputs, most, scaling, faint()), { when: 1, scale: 2 ** 24, good: 0 })
})

test('a gradient that overflows, or is no number, halves the scale and says that the step does not count', () => {
  const scaling: LossScaling = { kind: 'dynamic' }
  assert.deepEqual(step(inputs, { scale: 2 ** 20, good: 1999 }, scaling), { when: 0, scale: 2 ** 19, good: 0 })
  const broken = { ...inputs, x: float32([2, 3], [Number.NaN, 1, 1, 1, 1, 1]) }
  assert.deepEqual(step(broken, { scale: 4, good: 7 }, scaling), { when: 0, scale: 2, good: 0 })
})
