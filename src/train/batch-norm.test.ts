import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elements, float32, numbers, Problem, random, sgd, type Tensor } from '../core/index.ts'
import { interpret, onnxRuntime } from '../engine/index.ts'
import { build, encode, float, int, ints } from '../graph/index.ts'
import { type Network, network } from '../models/index.ts'
import { allClose } from '../testing/all-close.ts'
import { memoryExamples } from './memory-examples.test.fixture.ts'
import type { Plan, Trained } from './plan.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const size = 6

function drawn(name: string, ...shape: readonly number[]): Tensor {
  const draw = random(11, name)
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => draw.normal()),
  )
}

/** Two convolutions with batch normalisation; the second is trained. */
function backboneFile(): Uint8Array {
  const b = build('norms')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const block = (from: string, name: string, channels: number): string => {
    const filters = b.weight(`${name}/filters`, drawn(name, 3, channels, 3, 3))
    const convolved = b.node('Conv', [from, filters], { pads: ints([1, 1, 1, 1]) }, { name: `${name}/convolved` })
    const statistics = [1, 0, 0.5, 2].map((value, at) => {
      return b.weight(`${name}/norm${at}`, float32([3], new Float32Array(3).fill(value)))
    })
    // As written by an exporter while the network was training.
    const attributes = { momentum: float(0.8), training_mode: int(1) }
    const normal = b.node('BatchNormalization', [convolved, ...statistics], attributes, { name: `${name}/normal` })
    return b.node('Relu', [normal], {}, { name: `${name}/relu` })
  }
  b.output(block(block(image, 'first', 1), 'second', 3))
  return encode(b.finish())
}

function networkWith(batchNorm: 'frozen' | 'train', trainFrom?: string): Network {
  return network({
    backbone: { kind: 'onnx', path: 'norms.onnx', batchNorm, trainFrom, contract: { size, channels: 1 } },
    backboneBytes: backboneFile(),
    head: { kind: 'dense', units: [4] },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

const count = 6
const pixels = drawn('films', count, 1, size, size)
const examples = memoryExamples(pixels)

function trained(made: Network, epochs: number, changes: Partial<Plan> = {}): Promise<Trained> {
  const rate = { kind: 'constant', rate: 0.05 } as const
  const plan: Plan = {
    network: made,
    optimizer: sgd(),
    rate,
    epochs,
    batch: count,
    seed: 1,
    patience: epochs,
    ...changes,
  }
  return toEnd(train(plan, { training: examples, validation: examples }, { engine: onnxRuntime() }))
}

test('a trained batch normalisation moves its statistics by the momentum of the file, and leaves frozen ones alone', async () => {
  const made = networkWith('train', 'first/relu')
  assert.equal(made.batchNorms?.length, 1)
  const [norm] = made.batchNorms!
  const { network: after } = await trained(made, 1)
  const seen = interpret(made.graph, { image: pixels }, { outputs: ['second/convolved'] })['second/convolved']!
  const channel = (at: number): number[] => {
    const values = numbers(seen)
    return values.filter((_, place) => Math.floor(place / size ** 2) % 3 === at)
  }
  const moved = (old: number, now: (values: number[]) => number): Tensor =>
    float32(
      [3],
      [0, 1, 2].map(at => 0.8 * old + 0.2 * now(channel(at))),
    )
  const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = (values: number[]): number => mean(values.map(x => (x - mean(values)) ** 2))
  allClose(after.graph.weights[norm!.mean]!, moved(0.5, mean), { relative: 1e-5 })
  allClose(after.graph.weights[norm!.variance]!, moved(2, variance), { relative: 1e-5 })
  assert.deepEqual(after.graph.weights['first/norm2'], made.graph.weights['first/norm2'])
})

test('validation judges with the moved statistics and does not move them', async () => {
  const { network: after, history } = await trained(networkWith('train', 'first/relu'), 1)
  const { logits } = interpret(after.graph, { image: pixels }, { outputs: ['logits'] })
  const losses = numbers(logits!).map((z, at) => Math.log1p(Math.exp(examples.labels[at] === 1 ? -z : z)))
  const loss = losses.reduce((sum, x) => sum + x, 0) / count
  assert.ok(Math.abs(history[0]!.validationLoss - loss) < 1e-5, `${history[0]!.validationLoss} and ${loss}`)
})

test('mixed precision moves statistics as float32 does, to the digits of float16, and trains on', async () => {
  const lossScaling = { kind: 'dynamic', start: 2 ** 10 } as const
  const made = networkWith('train', 'first/relu')
  const [full, mixed] = [await trained(made, 3), await trained(made, 3, { precision: 'mixed', lossScaling })]
  const [norm] = made.batchNorms!
  for (const name of [norm!.mean, norm!.variance])
    allClose(mixed.network.graph.weights[name]!, full.network.graph.weights[name]!, { relative: 0.002, name })
  assert.deepEqual(Object.keys(mixed.network.graph.weights), Object.keys(full.network.graph.weights))
  for (const [epoch, { trainLoss, validationLoss }] of full.history.entries()) {
    const found = mixed.history[epoch]!
    assert.ok(Math.abs(found.trainLoss / trainLoss - 1) < 0.01, `${found.trainLoss} and ${trainLoss}`)
    assert.ok(Math.abs(found.validationLoss / validationLoss - 1) < 0.01, `${found.validationLoss}, ${validationLoss}`)
  }
})

test('the loss falls with batch normalisations that learn', async () => {
  const { history } = await trained(networkWith('train', 'first/relu'), 12)
  assert.ok(
    history.at(-1)!.trainLoss < 0.8 * history[0]!.trainLoss,
    history.map(({ trainLoss }) => trainLoss).join(' '),
  )
})

test('unless told, every batch normalisation becomes part of its convolution', () => {
  const made = networkWith('frozen', 'first/relu')
  assert.equal(made.batchNorms, undefined)
  assert.ok(made.graph.nodes.every(({ op }) => op !== 'BatchNormalization'))
})

test('batch normalisations of a backbone that stays frozen cannot be trained', () => {
  assert.throws(
    () => networkWith('train'),
    (error: unknown) => error instanceof Problem && /trainFrom/.test(error.next ?? ''),
  )
})
