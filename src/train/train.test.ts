import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  adam,
  float32,
  floats,
  focal,
  Interrupted,
  Problem,
  random,
  sgd,
  softmaxCrossEntropy,
  type Tensor,
} from '../core/index.ts'
import { type Engine, onnxRuntime } from '../engine/index.ts'
import { build, encode, ints, withOutputs } from '../graph/index.ts'
import { type Network, network } from '../models/index.ts'
import type { Examples, Plan, TrainData, TrainEvent, Trained, TrainTools } from './plan.ts'
import { sidedExamples } from './sided-films.test.fixture.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const engine = onnxRuntime()
const size = 8

function toyExamples(count: number, seed: number): Examples {
  return sidedExamples({ count, seed, size, noise: 0.5, lift: 0.5 })
}

/** Films that take their time: up to 6 ms a batch. */
function late(examples: Examples): Examples {
  const delays = random(1, 'delays')
  return {
    ...examples,
    async images(indices, draw) {
      await setTimeout(6 * delays.uniform())
      return examples.images(indices, draw)
    },
  }
}

function scratchNetwork(classes: readonly string[] = ['Pneumonia']): Network {
  const backbone = { kind: 'vgg-small', size, widths: [4, 8] } as const
  return network({
    backbone,
    head: { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
    classes,
    seed: 3,
  })
}

/** A linear head on a frozen convolution. */
function frozenNetwork(head: 'linear' | 'dense' = 'linear'): Network {
  const b = build('frozen')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const draw = random(5, 'filters')
  const filters = b.weight(
    'filters',
    float32(
      [6, 1, 7, 7],
      Float32Array.from({ length: 294 }, () => draw.normal()),
    ),
  )
  const convolved = b.node('Conv', [image, filters], { kernel_shape: ints([7, 7]) })
  b.output(b.node('Relu', [convolved]))
  return network({
    backbone: { kind: 'onnx', path: 'frozen.onnx', contract: { size, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head: head === 'linear' ? { kind: 'linear' } : { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
    classes: ['Pneumonia'],
    seed: 3,
  })
}

function planOf(changes: Partial<Plan> = {}): Plan {
  return {
    network: scratchNetwork(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 0.02 },
    epochs: 6,
    batch: 10,
    seed: 1,
    patience: 10,
    ...changes,
  }
}

const toyData: TrainData = { training: toyExamples(64, 1), validation: toyExamples(23, 2) }

interface Told {
  readonly trained: Trained
  readonly events: readonly TrainEvent[]
}

async function tell(plan: Plan, data: TrainData = toyData, tools: Partial<TrainTools> = {}): Promise<Told> {
  const events: TrainEvent[] = []
  const trained = await toEnd(train(plan, data, { engine, threads: 1, ...tools }), event => events.push(event))
  return { trained, events }
}

function weights({ network: { graph, parameters } }: Trained): readonly Float32Array[] {
  return parameters.map(name => floats(graph.weights[name]!))
}

test('train() learns from the image on, and returns the weights of the best epoch', async () => {
  const plan = planOf()
  const { trained, events } = await tell(plan)
  const last = trained.history.at(-1)!
  assert.ok(last.trainLoss < trained.history[0]!.trainLoss)
  assert.ok(trained.history.some(record => (record.validationAuroc ?? 0) > 0.95))
  const best = trained.history.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a))
  assert.equal(trained.bestEpoch, best.epoch)
  const kept = events.filter(event => event.kind === 'best').at(-1)!
  assert.equal(kept.epoch, best.epoch)
  assert.deepEqual(
    weights(trained),
    plan.network.parameters.map(name => floats(kept.parameters[name]!)),
  )
  assert.notDeepEqual(trained.network.graph.weights, plan.network.graph.weights)
  assert.deepEqual(events.at(-1), { kind: 'stopped', reason: 'epochs' })
})

test('train() takes every film in each epoch, the last batch with what is left', async () => {
  const { events } = await tell(planOf({ epochs: 2 }))
  const steps = events.filter(event => event.kind === 'step')
  assert.equal(steps.length, 2 * 7)
  assert.deepEqual(
    steps.slice(0, 7).map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7],
  )
  assert.ok(steps.every(step => step.steps === 7))
})

for (const head of ['linear', 'dense'] as const) {
  test(`train() computes once what a frozen part makes of fixed films, for a ${head} head`, async () => {
    let asked = 0
    const counted = (examples: Examples): Examples => ({
      ...examples,
      images(indices, draw) {
        asked += indices.length
        return examples.images(indices, draw)
      },
    })
    const data = { training: counted(toyData.training), validation: counted(toyData.validation) }
    const { trained, events } = await tell(planOf({ network: frozenNetwork(head), epochs: 8 }), data)
    assert.equal(asked, 64 + 23)
    const features = events.filter(event => event.kind === 'features')
    assert.deepEqual(features.at(-1), { kind: 'features', done: 87, total: 87 })
    assert.ok((trained.history.at(-1)!.validationAuroc ?? 0) > 0.9)
    assert.deepEqual(trained.network.graph.weights['filters'], frozenNetwork().graph.weights['filters'])
  })
}

test('train() runs the frozen part anew on films that change', async () => {
  const epochs = new Set<number>()
  const training = { ...toyExamples(20, 1), fixed: false }
  const watched: Examples = {
    ...training,
    images(indices, draw) {
      epochs.add(draw.epoch)
      return training.images(indices, draw)
    },
  }
  const data = { training: watched, validation: toyData.validation }
  await tell(planOf({ network: frozenNetwork('dense'), epochs: 2 }), data)
  assert.deepEqual([...epochs], [1, 2])
  await tell(planOf({ network: frozenNetwork('linear'), epochs: 1 }), data)
  assert.ok(epochs.has(0), 'a linear head takes the statistics of its features first')
})

test('train() standardises the features of a linear head by the training part', async () => {
  const { trained } = await tell(planOf({ network: frozenNetwork(), epochs: 1 }))
  const at = trained.network.standardised!
  const mean = floats(trained.network.graph.weights[at.mean]!)
  const features = await featuresByHand(trained.network, at.features)
  for (const [j, value] of mean.entries()) {
    const wanted = features.reduce((sum, row) => sum + row[j]!, 0) / features.length
    assert.ok(Math.abs(value - wanted) < 1e-5, `${value} should be ${wanted}`)
  }
})

async function featuresByHand(trained: Network, value: string): Promise<readonly Float32Array[]> {
  await using program = await engine.load(withOutputs(trained.graph, [value]))
  const all = Array.from({ length: toyData.training.count }, (_, i) => i)
  const answer = await program.run({ image: await toyData.training.images(all, { epoch: 1 }) })
  const features = answer[value]!
  const width = features.shape[1]!
  return all.map(i => floats(features).slice(i * width, (i + 1) * width))
}

for (const [name, make] of [
  ['from the image on', () => scratchNetwork()],
  ['on a frozen part', () => frozenNetwork('dense')],
] as const) {
  test(`train() ${name} gives the same bits for the same seed, however long films take`, async () => {
    const slow = { training: late(toyData.training), validation: late(toyData.validation) }
    const fast = await tell(planOf({ network: make(), epochs: 3 }), toyData, { threads: 2 })
    const slowly = await tell(planOf({ network: make(), epochs: 3 }), slow, { threads: 2 })
    assert.deepEqual(weights(slowly.trained), weights(fast.trained))
    assert.deepEqual(slowly.trained.history, fast.trained.history)
    const other = await tell(planOf({ network: make(), epochs: 3, seed: 2 }), toyData)
    assert.notDeepEqual(weights(other.trained), weights(fast.trained))
  })
}

test('train() stops when the validation loss has not fallen for as long as its patience', async () => {
  const flipped = toyExamples(23, 2)
  const validation = { ...flipped, labels: flipped.labels.map(label => 1 - label) }
  const { trained, events } = await tell(planOf({ epochs: 30, patience: 3 }), { ...toyData, validation })
  assert.deepEqual(events.at(-1), { kind: 'stopped', reason: 'patience' })
  assert.equal(trained.history.length, trained.bestEpoch + 3)
})

test('train() learns nothing from labels that are masked', async () => {
  const masked = (wrong: number): Examples => {
    const examples = toyExamples(64, 1)
    return {
      ...examples,
      labels: examples.labels.map((label, i) => (i < 32 ? wrong : label)),
      mask: examples.mask.map((_, i) => (i < 32 ? 0 : 1)),
    }
  }
  const zeros = await tell(planOf({ epochs: 2 }), { ...toyData, training: masked(0) })
  const ones = await tell(planOf({ epochs: 2 }), { ...toyData, training: masked(1) })
  assert.deepEqual(weights(zeros.trained), weights(ones.trained))
  assert.deepEqual(zeros.trained.history, ones.trained.history)
})

test('train() weighs rare positives as much as the rest when class weights are balanced', async () => {
  const rare = toyExamples(60, 4)
  const labels = rare.labels.map((label, i) => (i % 10 === 1 ? label : 0))
  // Labels that the films do not show: all that can be learnt is how frequent they are.
  const blank = async (indices: readonly number[]): Promise<Tensor> =>
    float32([indices.length, 1, size, size], new Float32Array(indices.length * size * size))
  const data = { training: { ...rare, labels, images: blank }, validation: { ...rare, labels, images: blank } }
  const plan = planOf({ epochs: 40, batch: 60, optimizer: adam(), rate: { kind: 'constant', rate: 0.1 } })
  const logit = async (trained: Trained): Promise<number> => {
    await using program = await engine.load(trained.network.graph)
    return floats((await program.run({ image: await blank([0]) }))['logits']!)[0]!
  }
  const plain = await logit((await tell(plan, data)).trained)
  const balanced = await logit((await tell({ ...plan, classWeights: 'balanced' }, data)).trained)
  assert.ok(Math.abs(plain - Math.log(0.1 / 0.9)) < 0.3, `plain: ${plain}`)
  assert.ok(Math.abs(balanced) < 0.3, `balanced: ${balanced}`)
})

test('train() learns classes that exclude each other by a softmax cross-entropy, weighed alike when asked for', async () => {
  const exclusive = (examples: Examples): Examples => ({
    ...examples,
    labels: Float32Array.from({ length: 2 * examples.count }, (_, i) =>
      i % 2 === 0 ? examples.labels[i / 2]! : 1 - examples.labels[(i - 1) / 2]!,
    ),
    mask: new Float32Array(2 * examples.count).fill(1),
  })
  const data = { training: exclusive(toyData.training), validation: exclusive(toyData.validation) }
  const plan = planOf({ network: scratchNetwork(['Left', 'Right']), loss: softmaxCrossEntropy({ smoothing: 0.1 }) })
  for (const classWeights of [undefined, 'balanced'] as const) {
    const { trained } = await tell({ ...plan, classWeights }, data)
    const last = trained.history.at(-1)!
    assert.ok(last.trainLoss < trained.history[0]!.trainLoss)
    assert.ok(last.validationAccuracy > 0.9, `accuracy ${last.validationAccuracy}`)
    assert.ok((last.validationAuroc ?? 0) > 0.95, `AUROC ${last.validationAuroc}`)
  }
  await assert.rejects(tell(planOf({ loss: softmaxCrossEntropy() })), /it has 1 class, of which every film is/)
})

test('train() learns by a focal loss', async () => {
  const { trained } = await tell(planOf({ loss: focal() }))
  assert.ok(trained.history.some(record => (record.validationAuroc ?? 0) > 0.95))
})

test('train() tells the norm of the gradients and the rate of every step, and clips to a bound', async () => {
  const once = { epochs: 1, batch: 64, optimizer: sgd(), rate: { kind: 'constant', rate: 0.5 } } as const
  const moved = async (changes: Partial<Plan>): Promise<{ readonly length: number; readonly norm: number }> => {
    const plan = planOf({ ...once, ...changes })
    const { trained, events } = await tell(plan)
    const step = events.find(event => event.kind === 'step')!
    assert.equal(step.rate, 0.5)
    assert.equal(trained.history[0]!.gradientNorm, step.gradientNorm)
    assert.equal(trained.history[0]!.rate, 0.5)
    const before = plan.network.parameters.map(name => floats(plan.network.graph.weights[name]!))
    const squares = weights(trained).flatMap((values, i) => Array.from(values, (w, j) => (w - before[i]![j]!) ** 2))
    return { length: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)), norm: step.gradientNorm }
  }
  const plain = await moved({})
  assert.ok(plain.norm > 0)
  assert.ok(Math.abs(plain.length / (0.5 * plain.norm) - 1) < 1e-4)
  const bound = plain.norm / 3
  const clipped = await moved({ clip: { norm: bound } })
  assert.equal(clipped.norm, plain.norm)
  assert.ok(Math.abs(clipped.length / (0.5 * bound) - 1) < 1e-4)
})

test('train() lowers the rate where the validation loss has stopped falling', async () => {
  const flipped = toyExamples(23, 2)
  const validation = { ...flipped, labels: flipped.labels.map(label => 1 - label) }
  const rate = { kind: 'plateau', rate: 0.02, patience: 1, factor: 0.5 } as const
  const { trained } = await tell(planOf({ rate, epochs: 8 }), { ...toyData, validation })
  const { history, bestEpoch } = trained
  assert.ok(bestEpoch < 5, `the best epoch is ${bestEpoch}`)
  const rates = history.map(record => record.rate)
  assert.deepEqual(rates.slice(0, bestEpoch + 2), new Array(bestEpoch + 2).fill(0.02))
  assert.equal(rates[bestEpoch + 2], 0.01)
})

test('train() says where the loss left the numbers', async () => {
  const bad = toyExamples(20, 1)
  const training: Examples = {
    ...bad,
    async images(indices) {
      const images = await bad.images(indices, { epoch: 1 })
      if (indices.includes(7)) floats(images).fill(Number.NaN)
      return images
    },
  }
  await assert.rejects(tell(planOf(), { ...toyData, training }), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /the loss is NaN in epoch 1, step [12], at learning rate 0.02/)
    return true
  })
})

test('train() says where the gradients left the numbers, though the loss has not', async () => {
  const b = build('steep')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const w = b.weight('w', float32([size * size, 1], new Float32Array(size * size)))
  // The slope of a root at 0 is infinite.
  const logits = b.node('MatMul', [b.node('Flatten', [image]), b.node('Sqrt', [w])], {}, { name: 'logits' })
  b.output(logits)
  const steep: Network = { ...scratchNetwork(), graph: b.finish(), boundary: image, parameters: [w], dropouts: [] }
  await assert.rejects(tell(planOf({ network: steep })), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /the norm of the gradients is (Infinity|NaN) in epoch 1, step 1, at learning rate 0.02/)
    return true
  })
})

test('train() refuses a part without films', async () => {
  const none = toyExamples(0, 1)
  await assert.rejects(tell(planOf(), { ...toyData, training: none }), /no films in the training part/)
  await assert.rejects(tell(planOf(), { ...toyData, validation: none }), /no films in the validation part/)
})

test('train() finishes the step that has begun when it is interrupted, and has told the best weights', async () => {
  const controller = new AbortController()
  const events: TrainEvent[] = []
  await assert.rejects(async () => {
    for await (const event of train(planOf(), toyData, { engine, signal: controller.signal })) {
      events.push(event)
      if (event.kind === 'step' && event.epoch === 2 && event.step === 3) controller.abort()
    }
  }, Interrupted)
  const last = events.at(-1)!
  assert.ok(last.kind === 'step' && last.epoch === 2 && last.step === 3)
  assert.ok(events.some(event => event.kind === 'best' && event.epoch === 1))
})

test('train() frees its programs when it ends, fails, is interrupted or is left', async () => {
  let open = 0
  const counting: Engine = {
    name: 'counting',
    async load(graph, options) {
      const program = await engine.load(graph, options)
      open++
      return {
        ...program,
        async [Symbol.asyncDispose]() {
          open--
          await program[Symbol.asyncDispose]()
        },
      }
    },
  }
  const plan = planOf({ network: frozenNetwork(), epochs: 1 })
  await tell(plan, toyData, { engine: counting })
  assert.equal(open, 0)
  for await (const event of train(plan, toyData, { engine: counting })) if (event.kind === 'step') break
  assert.equal(open, 0)
  for await (const event of train(plan, toyData, { engine: counting })) if (event.kind === 'features') break
  assert.equal(open, 0)
})
