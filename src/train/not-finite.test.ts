import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, float32, Problem, random, sgd, type Tensor } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { type Builder, build } from '../graph/index.ts'
import { type Network, network } from '../models/index.ts'
import { memoryExamples } from './memory-examples.test.fixture.ts'
import type { Examples, Plan, TrainData } from './plan.ts'
import { drawnBackbone } from './resume.test.fixture.ts'
import { train } from './train.ts'

const engine = onnxRuntime()
const size = 8

/** Films of noise. @param bad the one that is no number, if any */
function noise(count: number, bad?: number): Examples {
  const pixels = random(1, 'noise').fill(new Float32Array(count * size * size))
  if (bad !== undefined) pixels.fill(Number.NaN, bad * size * size, (bad + 1) * size * size)
  const rows = Array.from({ length: count }, (_, i) => 1000 + i)
  return { ...memoryExamples(float32([count, 1, size, size], pixels)), rows }
}

/** A network of one layer behind whatever `make` does to the flattened image [N, 64]. */
function networkOf(make: (b: Builder, flat: string) => string, weights: Readonly<Record<string, Tensor>>): Network {
  const scratch = network({
    backbone: { kind: 'vgg-small', size, widths: [4] },
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 3,
  })
  const b = build('made')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  for (const [name, value] of Object.entries(weights)) b.weight(name, value)
  const logits = make(b, b.node('Flatten', [image], {}, { name: 'flat' }))
  b.output(logits)
  return { ...scratch, graph: b.finish(), boundary: image, parameters: Object.keys(weights), dropouts: [] }
}

async function failure(changes: Partial<Plan>, data: Partial<TrainData> = {}): Promise<Problem> {
  const plan: Plan = {
    network: networkOf(b => b.node('MatMul', ['flat', 'w'], {}, { name: 'logits' }), {
      w: float32([64, 1], new Float32Array(64)),
    }),
    optimizer: sgd(),
    rate: { kind: 'constant', rate: 0.02 },
    epochs: 3,
    batch: 6,
    seed: 1,
    patience: 10,
    ...changes,
  }
  const events = train(plan, { training: noise(12), validation: noise(6), ...data }, { engine, threads: 1 })
  try {
    for await (const _ of events);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    return error
  }
  throw new Error('the training came to its end')
}

test('the first layer that gives no number is named, with step, rate and rows, and what to change', async () => {
  // The logarithm of what a step of the optimizer makes negative.
  const made = networkOf(
    b => {
      const positive = b.node('Log', ['scale'], {}, { name: 'logarithm' })
      return b.node('Mul', [b.node('MatMul', ['flat', 'w']), positive], {}, { name: 'logits' })
    },
    { w: float32([64, 1], new Float32Array(64).fill(0.1)), scale: float32([1], [2]) },
  )
  const { message, next } = await failure({ network: made, rate: { kind: 'constant', rate: 10 } })
  assert.match(
    message,
    /^Cannot go on training: the loss is NaN in epoch 1, step 2, at learning rate 10, a finite number is wanted; /,
  )
  assert.match(message, /; the first value that is not finite is "logarithm" \(Log\); no number is the answer to rows /)
  const rows = /rows ([\d, ]+) of the table$/.exec(message)![1]!.split(', ').map(Number)
  assert.equal(rows.length, 6)
  assert.ok(rows.every(row => row >= 1000 && row < 1012))
  assert.equal(
    next,
    "set train: { rate: { kind: 'constant', rate: 1 }, clip: { norm: 1 } } in chestnut.config.ts, then chestnut train",
  )
})

test('a layer in the middle is named, not the weights that its step would have spoilt', async () => {
  const b = (name: string): Tensor => float32([64, 64], random(2, name).fill(new Float32Array(4096)))
  const made = networkOf(
    builder => {
      const first = builder.node('MatMul', ['flat', 'a'], {}, { name: 'first' })
      const second = builder.node('Exp', [builder.node('Mul', [first, first])], {}, { name: 'second' })
      return builder.node('MatMul', [second, 'w'], {}, { name: 'logits' })
    },
    { a: b('a'), w: float32([64, 1], new Float32Array(64).fill(0.1)) },
  )
  for (const clip of [undefined, { norm: 1 }]) {
    const { message } = await failure({ network: made, clip, optimizer: adam() })
    assert.match(
      message,
      /the loss is (NaN|Infinity) in epoch 1, step 1, .*; the first value that is not finite is "second" \(Exp\)/,
    )
  }
})

test('the parameter is named whose gradient is none, though the way to the loss is finite', async () => {
  // The slope of a root at 0 is infinite.
  const made = networkOf(
    b => b.node('Add', [b.node('MatMul', ['flat', b.node('Sqrt', ['steep'])]), 'bias'], {}, { name: 'logits' }),
    { bias: float32([1], [0]), steep: float32([64, 1], new Float32Array(64)) },
  )
  for (const clip of [undefined, { norm: 1 }]) {
    const { message } = await failure({ network: made, clip })
    assert.match(message, /the norm of the gradients is (NaN|Infinity) in epoch 1, step 1, at learning rate 0\.02/)
    assert.match(
      message,
      /every value on the way to the loss is finite, but the gradient of parameter "steep" is not; the batch: rows /,
    )
  }
})

test('a parameter that an update carried beyond all numbers is named', async () => {
  const made = networkOf(
    b => b.node('MatMul', [b.node('Mul', ['flat', b.constant(float32([], [1e30]))]), 'w'], {}, { name: 'logits' }),
    { w: float32([64, 1], new Float32Array(64)) },
  )
  const { message } = await failure({ network: made, rate: { kind: 'constant', rate: 1e20 } })
  assert.match(
    message,
    /the loss is NaN in epoch 1, step 2, .*; parameter "w" has not been finite since the step before/,
  )
})

test('the row is named of which the network is given no numbers', async () => {
  const { message, next } = await failure({}, { training: noise(12, 7) })
  assert.match(
    message,
    /; what the network is given as "image" is not finite; no number is the answer to row 1007 of the table$/,
  )
  assert.match(next ?? '', /^take these films out of the table, then chestnut run$/)
})

test('the layer of the frozen part is named that gives no numbers', async () => {
  const frozen = drawnBackbone({ 'first/norm3': float32([4], [1, 1, -5, 1]) })
  const { message, next } = await failure({ network: frozen })
  assert.match(
    message,
    /the first value that is not finite is "BatchNormalization" \(Conv\) of the frozen part; no number is the answer to rows /,
  )
  assert.match(next ?? '', /^give the backbone another file of weights, then chestnut train$/)
})

test('a validation part whose loss is no number is named by its rows', async () => {
  const { message } = await failure({}, { validation: noise(9, 8) })
  assert.match(
    message,
    /the validation loss is NaN after epoch 1, .*; no number is the answer to row 1008 of the table$/,
  )
})

test('films without rows are counted in their part', async () => {
  const { rows: _rows, ...unnumbered } = noise(12, 7)
  const { message } = await failure({}, { training: unnumbered })
  assert.match(message, /no number is the answer to film 7 of the part$/)
})
