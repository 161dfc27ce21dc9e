import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { adam, float32, floats, Misuse, Problem, type ProgressEvent, type Tensor, tensor } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { build } from '../graph/index.ts'
import { logitsOutput, type Network, network, quantiseNetwork } from '../models/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type FeatureCache, featureCache } from './feature-cache.ts'
import type { Features } from './features.ts'
import { frozenFeatures, logitsOfFeatures, pickFilms } from './frozen-features.ts'
import type { Examples, Plan, TrainEvent, Trained, TrainTools } from './plan.ts'
import { changes, examplesOf, frozenNetwork, size, type Watched } from './pool.test.fixture.ts'
import { splitNetwork } from './split-network.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'
import { variantAt } from './variant.ts'

const engine = onnxRuntime()
const all = Array.from({ length: 24 }, (_, i) => i)
const judged = Array.from({ length: 10 }, (_, i) => 100 + i)

let made: Promise<Network> | undefined
const int8Network = (): Promise<Network> => (made ??= quantised())

async function quantised(): Promise<Network> {
  const examples = examplesOf(all)
  const films = {
    count: examples.count,
    labels: examples.labels,
    patients: all.map(String),
    images: (indices: readonly number[]) => examples.images(indices, { epoch: 0 }),
  }
  return (await quantiseNetwork(frozenNetwork(), films, { force: true }, { engine, threads: 1, seed: 1 })).network
}

function cacheIn(
  folder: string,
  options: { budget?: number; progress?: (event: ProgressEvent) => void } = {},
): FeatureCache {
  return featureCache({ folder, machine: 'test', ...options })
}

async function featuresOf(net: Network, examples: Examples, tools: Partial<TrainTools> = {}): Promise<Features> {
  const features = await toEnd(frozenFeatures(net, examples, { engine, threads: 1, ...tools }))
  assert.ok(features)
  return features
}

interface Told {
  readonly weights: readonly Float32Array[]
  readonly history: Trained['history']
  readonly events: readonly TrainEvent[]
}

async function tell(
  changed: Partial<Plan>,
  data: { readonly training: Examples; readonly validation?: Examples },
  tools: Partial<TrainTools> = {},
): Promise<Told> {
  const plan: Plan = {
    network: frozenNetwork(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 0.01 },
    epochs: 4,
    batch: 7,
    seed: 1,
    patience: 9,
    ...changed,
  }
  const events: TrainEvent[] = []
  const running = train(plan, { validation: examplesOf(judged), ...data }, { engine, threads: 1, ...tools })
  const { network: trained, history } = await toEnd(running, event => events.push(event))
  return { weights: trained.parameters.map(name => floats(trained.graph.weights[name]!)), history, events }
}

for (const [name, make] of [
  ['float32', async () => frozenNetwork()],
  ['int8', int8Network],
] as const) {
  test(`the features of a pool are those of its variants computed one by one, in ${name}`, async context => {
    const net = await make()
    const pooled = examplesOf(all, { ...changes, pool: 3 })
    await using features = await featuresOf(net, pooled, { featureCache: cacheIn(temporaryFolder(context)) })
    assert.deepEqual([features.films, features.variants], [24, 3])
    const { frozen } = splitNetwork(net)
    await using program = await engine.load(frozen!, { threads: 1 })
    for (const one of [
      { film: 0, variant: 0 },
      { film: 7, variant: 2 },
      { film: 23, variant: 1 },
    ]) {
      const made = await program.run({ image: await pooled.pool!.images([one]) })
      assert.deepEqual(await features.read([one]), Object.values(made)[0])
    }
  })

  test(`a trained part answers kept features as the whole network answers films, bit for bit, in ${name}`, async context => {
    const net = await make()
    const examples = examplesOf(judged)
    await using features = await featuresOf(net, examples, { featureCache: cacheIn(temporaryFolder(context)) })
    const kept = await logitsOfFeatures(net, features, { engine, threads: 1 })
    await using whole = await engine.load(net.graph, { threads: 1 })
    const answer = await whole.run({ image: await examples.images([...judged.keys()], { epoch: 0 }) })
    assert.deepEqual(kept, floats(answer[logitsOutput]!))
  })
}

test('training gives the same bits with a cache, without one, and from what a cache kept', async context => {
  const net = await int8Network()
  const folder = temporaryFolder(context)
  const pooled = (): Watched => examplesOf(all, { ...changes, pool: 2 })
  const plain = await tell({ network: net }, { training: pooled() })
  const first = await tell({ network: net }, { training: pooled() }, { featureCache: cacheIn(folder) })
  const [training, validation] = [pooled(), examplesOf(judged)]
  const second = await tell({ network: net }, { training, validation }, { featureCache: cacheIn(folder) })
  assert.deepEqual(first.weights, plain.weights)
  assert.deepEqual(second.weights, plain.weights)
  assert.deepEqual(second.history, plain.history)
  assert.deepEqual([training.asked(), validation.asked()], [0, 0])
  const told = second.events.filter(event => event.kind === 'features')
  assert.deepEqual(told, [{ kind: 'features', done: 58, total: 58, kept: 58 }])
})

test('an int8 part keeps one byte a number', async () => {
  await using features = await featuresOf(await int8Network(), examplesOf(judged))
  const rows = await features.read([{ film: 3, variant: 0 }])
  assert.deepEqual([rows.dtype, rows.shape], ['uint8', [1, 5, 6, 6]])
})

test('signed bytes, and bytes whose scale is computed, are kept as the floats that they stand for', () => {
  const boundaryOf = (zero: Tensor, computed: boolean): string => {
    const b = build('quantised')
    const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
    const one = b.weight('scale', float32([], [0.1]))
    const scale = computed ? b.node('Abs', [one]) : one
    const point = b.weight('zero', zero)
    const bytes = b.node('QuantizeLinear', [image, scale, point], {}, { name: 'bytes' })
    const features = b.node('DequantizeLinear', [bytes, scale, point], {}, { name: 'features' })
    b.output(b.node('Flatten', [features], {}, { name: 'logits' }))
    return splitNetwork({ ...frozenNetwork(), graph: b.finish(), boundary: 'features', dropouts: [] }).input
  }
  const unsigned = tensor('uint8', [], Uint8Array.of(3))
  assert.equal(boundaryOf(unsigned, false), 'bytes')
  assert.equal(boundaryOf(unsigned, true), 'features')
  assert.equal(boundaryOf(tensor('int8', [], Int8Array.of(3)), false), 'features')
})

test('the order of the work and the films beside it change nothing in a film’s variants', async () => {
  const net = frozenNetwork()
  await using forwards = await featuresOf(net, examplesOf(all, { ...changes, pool: 2 }))
  await using backwards = await featuresOf(net, examplesOf(all.slice(3).reverse(), { ...changes, pool: 2 }))
  for (const variant of [0, 1]) {
    const there = await forwards.read([{ film: 9, variant }])
    assert.deepEqual(await backwards.read([{ film: 23 - 9, variant }]), there)
  }
  const apart = await forwards.read([0, 1].map(variant => ({ film: 9, variant })))
  const width = apart.data.length / 2
  assert.notDeepEqual(apart.data.slice(0, width), apart.data.slice(width))
})

test('another head, another rate and a larger pool compute only what is new', async context => {
  const featureCacheOf = (): FeatureCache => cacheIn(folder)
  const folder = temporaryFolder(context)
  await tell({}, { training: examplesOf(all, { ...changes, pool: 2 }) }, { featureCache: featureCacheOf() })
  const other = examplesOf(all, { ...changes, pool: 2 })
  const head = { kind: 'dense', units: [3] } as const
  await tell({ network: frozenNetwork(head) }, { training: other }, { featureCache: featureCacheOf() })
  assert.equal(other.asked(), 0)
  const larger = examplesOf([...all, 24, 25], { ...changes, pool: 3 })
  await tell({}, { training: larger }, { featureCache: featureCacheOf() })
  assert.equal(larger.asked(), 24 + 2 * 3)
})

test('a training that was left while features were computed goes on from what it had', async context => {
  // Room for all of it once, so that what was left must have been given up.
  const cache = cacheIn(temporaryFolder(context), { budget: 100_000 })
  const training = examplesOf(all, { ...changes, pool: 4 })
  const events = frozenFeatures(frozenNetwork(), training, { engine, threads: 1, featureCache: cache })
  for await (const event of events) if (event.kind === 'features' && event.done >= 48) break
  const rest = examplesOf(all, { ...changes, pool: 4 })
  const { weights } = await tell({}, { training: rest }, { featureCache: cache })
  assert.ok(rest.asked() > 0 && rest.asked() <= 48, `${rest.asked()} of 96 were computed again`)
  const whole = await tell({}, { training: examplesOf(all, { ...changes, pool: 4 }) })
  assert.deepEqual(weights, whole.weights)
})

test('what a training had computed when it was killed is there for the next one, and changes nothing', async context => {
  const folder = temporaryFolder(context)
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./pool-kill.test.fixture.js', import.meta.url)),
    folder,
  ])
  for await (const line of createInterface({ input: child.stdout })) if (Number(line) >= 300) child.kill('SIGKILL')
  const pooled = examplesOf(all, { ...changes, pool: 40 })
  await using features = await featuresOf(frozenNetwork(), pooled, { featureCache: cacheIn(folder) })
  assert.ok(pooled.asked() > 0 && pooled.asked() <= 960 - 256, `${pooled.asked()} of 960 were computed again`)
  await using plain = await featuresOf(frozenNetwork(), examplesOf(all, { ...changes, pool: 40 }))
  const rows = Array.from({ length: 960 }, (_, row) => variantAt(row, 40))
  assert.deepEqual(await features.read(rows), await plain.read(rows))
})

test('damaged features are computed again with a warning, and change nothing', async context => {
  const folder = temporaryFolder(context)
  const training = (): Watched => examplesOf(all, { ...changes, pool: 2 })
  const first = await tell({}, { training: training() }, { featureCache: cacheIn(folder) })
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.rows')) continue
    const bytes = await readFile(join(folder, name))
    bytes[bytes.length - 10]! ^= 4
    await writeFile(join(folder, name), bytes)
  }
  const warnings: string[] = []
  const progress = (event: ProgressEvent): void => void (event.kind === 'warning' && warnings.push(event.text))
  const again = training()
  const second = await tell({}, { training: again }, { featureCache: cacheIn(folder, { progress }) })
  assert.deepEqual(second.weights, first.weights)
  assert.equal(again.asked(), 48)
  assert.ok(warnings.length > 0 && warnings.every(text => text.includes('are damaged: they are computed again')))
})

test('a linear head takes the statistics of all variants', async () => {
  const pooled = examplesOf(all, { ...changes, pool: 2 })
  const net = frozenNetwork({ kind: 'linear' })
  const running = train(
    {
      network: net,
      optimizer: adam(),
      rate: { kind: 'constant', rate: 0.01 },
      epochs: 1,
      batch: 8,
      seed: 1,
      patience: 1,
    },
    { training: pooled, validation: examplesOf(judged) },
    { engine, threads: 1 },
  )
  const { graph, standardised } = (await toEnd(running)).network
  await using features = await featuresOf(net, pooled)
  const rows = await features.read(Array.from({ length: 48 }, (_, row) => variantAt(row, 2)))
  const mean = floats(rows).reduce((sum, value, i) => (i % 5 === 0 ? sum + value / 48 : sum), 0)
  assert.ok(Math.abs(mean - floats(graph.weights[standardised!.mean]!)[0]!) < 1e-5)
})

test('some films of shared features are learnt from as if they were alone', async () => {
  const training = all.slice(4)
  await using learnt = await featuresOf(frozenNetwork(), examplesOf(all, { ...changes, pool: 3 }))
  await using plain = await featuresOf(frozenNetwork(), examplesOf(judged))
  const features = { training: pickFilms(learnt, training), validation: pickFilms(plain, [...judged.keys()]) }
  const data = { training: examplesOf(training, { ...changes, pool: 3 }), features }
  const shared = await tell({}, data)
  assert.deepEqual(shared.weights, (await tell({}, { training: data.training })).weights)
  assert.equal(data.training.asked(), 20 * 3, 'the first training asked for no film')
})

test('a pool that does not fit is refused with what it takes, and films that do not fit are computed in each epoch', async context => {
  const tools = { featureCache: cacheIn(temporaryFolder(context), { budget: 3000 }) }
  await assert.rejects(tell({}, { training: examplesOf(all, { ...changes, pool: 2 }) }, tools), error => {
    assert.ok(error instanceof Problem)
    assert.equal(
      error.message,
      'Cannot train on a pool: what the frozen part makes of 24 films in 2 variants each takes 0.000035 GB, 0.0000030 GB on disk are allowed',
    )
    assert.match(error.next ?? '', /featureCache: \{ gigabytes \}.*"pool".*int8/)
    return true
  })
  const plain = await tell({}, { training: examplesOf(all) }, tools)
  const warnings = plain.events.filter(event => event.kind === 'warning')
  assert.equal(warnings.length, 2)
  assert.match(warnings[0]!.text, /^The frozen part runs again in each epoch: what .* of 24 films takes/)
  assert.deepEqual(plain.weights, (await tell({}, { training: examplesOf(all) })).weights)
})

test('a pool is refused where nothing is frozen', async () => {
  const net = network({
    backbone: { kind: 'vgg-small', size: 8, widths: [4] },
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 1,
  })
  const training = examplesOf(all, { ...changes, pool: 2 })
  await assert.rejects(tell({ network: net }, { training }), error => {
    assert.ok(error instanceof Misuse)
    assert.match(error.message, /^Cannot train on a pool of 2 variants a film: all of the network is trained/)
    return true
  })
})

test('the files of features hold no name of a film', async context => {
  const folder = temporaryFolder(context)
  await tell({}, { training: examplesOf(all, { ...changes, pool: 2 }) }, { featureCache: cacheIn(folder) })
  const names = await readdir(folder, { recursive: true })
  assert.ok(names.some(name => name.endsWith('.rows')))
  for (const name of names.filter(one => one.endsWith('.rows'))) {
    assert.ok(!(await readFile(join(folder, name))).includes('film'))
  }
})
