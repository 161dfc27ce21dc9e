import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { adam, binaryCrossEntropy, float32, random, type Tensor, type Tensors } from '../core/index.ts'
import { type Engine, onnxRuntime } from '../engine/index.ts'
import { cutAt } from '../graph/index.ts'
import { type Network, network, trainingGraph } from '../models/index.ts'
import { allClose } from '../testing/all-close.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { withChoices, worthMeasuring } from './choose-convolutions.ts'
import { featureCache } from './feature-cache.ts'
import { memoryExamples } from './memory-examples.test.fixture.ts'
import { objectiveOf } from './objective.ts'
import type { Examples, Plan, TrainData, TrainEvent, Trained } from './plan.ts'
import { type SplitNetwork, splitNetwork } from './split-network.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const engine = onnxRuntime()
const size = 32

/** VGG11 up to its second block with a dense head: the second convolution is trained, with the guide's layers behind it. */
const tailed: Network = network({
  backbone: {
    kind: 'untrained',
    network: 'vgg11',
    cut: 'block2_pool',
    trainFrom: 'block2_conv1',
    contract: { size, channels: 3 },
  },
  head: { kind: 'dense', units: [8], dropout: [0.5, 0.3] },
  classes: ['Pneumonia'],
  seed: 3,
})
const [frozenLayer, trainedLayer] = ['block1_conv1/conv', 'block2_conv1/conv']
const choices = { [frozenLayer]: 'winograd', [trainedLayer]: 'winograd' }

function noise(shape: readonly number[], seed: number): Tensor {
  const draw = random(seed, 'noise')
  return float32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw.normal()),
  )
}

function examples(count: number): Examples {
  return memoryExamples(noise([count, 3, size, size], 1))
}

const data: TrainData = { training: examples(10), validation: examples(4) }

function planOf(changes: Partial<Plan> = {}): Plan {
  const rate = { kind: 'constant', rate: 1e-3 } as const
  return { network: tailed, optimizer: adam(), rate, epochs: 2, batch: 6, seed: 1, patience: 9, ...changes }
}

async function tell(plan: Plan): Promise<{ readonly trained: Trained; readonly events: readonly TrainEvent[] }> {
  const events: TrainEvent[] = []
  const trained = await toEnd(train(plan, data, { engine, threads: 1 }), event => events.push(event))
  return { trained, events }
}

test('gradients of the whole tail in Winograd’s form are those of the direct form, to 1e-4 of the largest', async () => {
  const [ours, wanted] = [await gradientsOf(split(choices)), await gradientsOf(split({}))]
  for (const [name, value] of Object.entries(wanted)) allClose(ours[name]!, value, { relative: 1e-4, name })
})

test('a Relu that is computed behind its pool changes no gradient', async () => {
  const { graph } = trainingGraph(tailed)
  const asItIs = cutAt(graph, tailed.boundary).after
  assert.notDeepEqual(split({}).tail.nodes, asItIs.nodes)
  assert.deepEqual(await gradientsOf({ ...split({}), tail: asItIs }), await gradientsOf(split({})))
})

const split = (forms: Plan['choices']): SplitNetwork => splitNetwork(tailed, { choices: forms })

/** Loss and gradients for three films of noise. */
async function gradientsOf({ tail, input, masks }: SplitNetwork): Promise<Tensors> {
  const objective = objectiveOf(tail, tailed.parameters, { loss: binaryCrossEntropy() })
  const inputs: Record<string, Tensor> = { labels: float32([3, 1], [1, 0, 1]), mask: float32([3, 1], [1, 1, 1]) }
  for (const { name, shape } of objective.graph.inputs) {
    if (name === input || masks.some(mask => mask.input === name)) {
      inputs[name] = noise(
        shape.map(side => (typeof side === 'number' ? side : 3)),
        7,
      )
    }
  }
  const outputs = ['loss', ...Object.values(objective.gradients)]
  await using program = await engine.load(objective.graph)
  return program.run({ ...inputs, ...objective.initial }, { outputs })
}

test('choices that are given back are told, taken without measuring, and give the same bits', async () => {
  const first = await tell(planOf({ choices, convolutions: 'measured' }))
  const second = await tell(planOf({ choices }))
  assert.deepEqual(
    first.events.filter(({ kind }) => kind === 'choices'),
    [{ kind: 'choices', choices }],
  )
  assert.deepEqual(second.trained, first.trained)
  assert.deepEqual(first.trained.choices, choices)
  const direct = await tell(planOf())
  assert.notDeepEqual(direct.trained.history, first.trained.history)
  const [ours, wanted] = [first, direct].map(({ trained }) => trained.history[0]!.trainLoss)
  assert.ok(Math.abs(ours! - wanted!) < 0.01 * wanted!)
})

test('the trained network has the nodes and names that it came with', async () => {
  const { trained } = await tell(planOf({ choices }))
  const { graph } = trained.network
  assert.deepEqual({ ...graph, weights: {} }, { ...tailed.graph, weights: {} })
  assert.deepEqual(Object.keys(graph.weights), Object.keys(tailed.graph.weights))
  for (const [name, weight] of Object.entries(graph.weights)) {
    assert.deepEqual(weight.shape, tailed.graph.weights[name]!.shape)
  }
})

test('a small training measures nothing, so that timings cannot change its bits', async () => {
  const { events, trained } = await tell(planOf({ convolutions: 'measured' }))
  assert.ok(!events.some(({ kind }) => kind === 'choices'))
  assert.deepEqual(trained, (await tell(planOf({ convolutions: 'direct' }))).trained)
})

test('what is worth measuring are layers that take long in the whole training, as often as they are computed', () => {
  const layers = (changes: Partial<Plan>, films: Partial<Examples>, features = false): readonly string[] => {
    const training = { ...examples(1), ...films }
    const known = { films: 1, variants: 1, read: () => assert.fail(), [Symbol.asyncDispose]: async () => undefined }
    const given = {
      training,
      validation: examples(1),
      ...(features && { features: { training: known, validation: known } }),
    }
    return worthMeasuring(planOf(changes), given).map(({ layer }) => layer.name)
  }
  const many = 1e8
  assert.deepEqual(layers({ epochs: 1 }, { count: 1000 }), [])
  assert.deepEqual(layers({ epochs: 1 }, { count: many }), [frozenLayer, trainedLayer])
  assert.deepEqual(
    layers({ epochs: many }, { count: 1 }),
    [trainedLayer],
    'frozen features of films that stay the same',
  )
  assert.deepEqual(layers({ epochs: many }, { count: 1, fixed: false }), [frozenLayer, trainedLayer])
  assert.deepEqual(layers({ epochs: 1 }, { count: many }, true), [trainedLayer], 'features that are known')
  assert.deepEqual(layers({ epochs: 1, precision: 'mixed' }, { count: many }), [frozenLayer])
})

test('forms of frozen layers are measured once, and kept beside the features: other forms make others', async context => {
  const folder = temporaryFolder(context)
  const cache = featureCache({ folder, machine: 'test' })
  const many = { training: { ...examples(1), count: 1e8 }, validation: examples(1) }
  const choicesOf = async (by: Engine): Promise<Plan['choices']> => {
    const plan = planOf({ convolutions: 'measured', precision: 'mixed' })
    return (await toEnd(withChoices(plan, many, { engine: by, threads: 1, featureCache: cache }))).choices
  }
  const idle: Engine = { name: engine.name, load: () => Promise.reject(new Error('It is to be measured again')) }
  const first = await choicesOf(engine)
  assert.deepEqual(Object.keys(first ?? {}), [frozenLayer])
  assert.deepEqual(await choicesOf(idle), first)
  await assert.rejects(choicesOf({ ...idle, name: 'another' }), /measured again/)
  const [file = ''] = await readdir(folder)
  assert.match(file, /^[0-9a-f]{64}\.forms\.json$/)
  await writeFile(join(folder, file), '{"format":')
  await assert.rejects(choicesOf(idle), /measured again/)
})
