/**
 * The guide's training in Chestnut, piece by piece: node chestnut.js FILES BATCH SIZE THREADS STEPS VALIDATION
 * TRAINING_FILES POOLED_STEPS FOLDER. FILES lists the films, one path a line; the first TRAINING_FILES of them are learnt from;
 * FOLDER is for what is kept. Says "ready"; then answers each line:
 *
 * - `decode`: seconds to read all films and resize them
 * - `features N`: seconds a film to augment N films and to compute what the frozen part makes of them, once the first are through
 * - `fresh`: seconds of a step on films that are augmented anew, and of what an epoch does besides its STEPS steps: judging
 *   VALIDATION films, whose features are computed once, and keeping the weights
 * - `pooled`: the same, with POOLED_STEPS steps, on the features that were computed last
 * - `quantise N`: seconds to bring the frozen part to int8 with N films; it stays so
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { adam, sha256 } from '../../src/core/index.ts'
import { type CachedFilms, type FilmRow, pixelCache } from '../../src/dataset/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import { type Network, quantiseNetwork } from '../../src/models/index.ts'
import {
  type Augmentation,
  type Examples,
  type Features,
  filmExamples,
  frozenFeatures,
  featureCache as openFeatureCache,
  type Plan,
  type TrainData,
  type TrainEvent,
  toEnd,
  train,
} from '../../src/train/index.ts'
import { guideNetwork } from '../train-step/guide-network.ts'

const [list = '', ...rest] = process.argv.slice(2)
const [batch = 0, size = 0, threads = 0, freshSteps = 0, validation = 0, trainingFiles = 0, pooledSteps = 0] =
  rest.map(Number)
const folder = rest.at(-1) ?? ''
const files = (await readFile(list, 'utf8')).split('\n')
const augmentation: Augmentation = { rotate: 25, shift: 0.1, scale: 0.15, flip: true }

const { network: plain } = await guideNetwork('float32', size)
const { contract } = plain
const tools = { engine: onnxRuntime(), threads }
const featureCache = openFeatureCache({ folder: join(folder, 'features'), machine: 'benchmark', memory: 0 })
const planOf = (network: Network): Plan => ({
  network,
  optimizer: adam(),
  rate: { kind: 'constant', rate: 1e-4 },
  epochs: 100_000,
  patience: 100_000,
  // As a project has it unless told otherwise.
  convolutions: 'measured',
  batch,
  seed: 1,
})

let network = plain
let films: CachedFilms | undefined
const epochs = new Map<string, AsyncGenerator<TrainEvent, unknown>>()
let pool: Features | undefined

console.log('ready')
let turn = 0
for await (const line of createInterface({ input: process.stdin })) {
  const [word, count] = line.split(' ')
  console.log((await answer(word ?? '', Number(count ?? 0), turn++)).join(' '))
}
await Promise.all([...epochs.values()].map(running => running.return(undefined)))
await pool?.[Symbol.asyncDispose]()

async function answer(word: string, count: number, turn: number): Promise<readonly number[]> {
  if (word === 'fresh' || word === 'pooled') return epoch(word)
  if (word === 'features') return [await features(count, turn)]
  const started = performance.now()
  if (word === 'decode') films = await decoded(`turn-${turn}`)
  else network = await quantise(count)
  return [(performance.now() - started) / 1000]
}

/** With a cache of its own, so that nothing is there before. */
async function decoded(name: string): Promise<CachedFilms> {
  const rows: FilmRow[] = []
  for (const [row, path] of files.entries()) {
    const unknown = { followUp: null, age: null, sex: null, view: null, width: null, height: null, spacing: null }
    const digest = sha256(await readFile(path))
    rows.push({ row, name: String(row), path, patient: String(row), ...unknown, labels: {}, split: 'train', digest })
  }
  return pixelCache({ folder: join(folder, name) }).films(rows, contract)
}

/** So many films of a part; its files take turns. */
function examples(part: 'training' | 'validation', count: number, changes?: Augmentation, seed = 1): Examples {
  const [from, to] = part === 'training' ? [0, trainingFiles] : [trainingFiles, files.length]
  const at = (index: number): number => from + (index % (to - from))
  return filmExamples({
    count,
    film: index => readFilms().read(at(index)),
    contract,
    labels: Float32Array.from({ length: count }, (_, i) => i % 2),
    augmentation: changes,
    seed,
    // Files that come twice stand for other films.
    digest: index => sha256(`${readFilms().rows[at(index)]!.digest} ${index}`),
  })
}

function readFilms(): CachedFilms {
  if (films === undefined) throw new Error('films are read before they are looked at')
  return films
}

/** The program is loaded before the first films are through: a job does that once. */
async function features(count: number, seed: number): Promise<number> {
  await pool?.[Symbol.asyncDispose]()
  const source = examples('training', count, { ...augmentation, pool: 1 }, seed)
  const events = frozenFeatures(network, source, { ...tools, featureCache })
  let first: { readonly done: number; readonly time: number } | undefined
  let last = 0
  pool = await toEnd(events, event => {
    last = performance.now()
    if (event.kind === 'features') first ??= { done: event.done, time: last }
  })
  if (first === undefined || first.done === count) throw new Error('more films are needed than are computed at a time')
  return (last - first.time) / 1000 / (count - first.done)
}

/** Trains for one more epoch. The first one loads programs and computes what is kept of the validation films. */
async function epoch(kind: 'fresh' | 'pooled'): Promise<readonly [step: number, rest: number]> {
  const running =
    epochs.get(kind) ??
    train(planOf(network), kind === 'fresh' ? freshData() : pooledData(), { ...tools, featureCache })
  epochs.set(kind, running)
  let last = performance.now()
  const times: number[] = []
  for (;;) {
    const { done, value } = await running.next()
    if (done) throw new Error('the training has ended')
    const now = performance.now()
    if (value.kind === 'step') times.push((now - last) / 1000)
    if (value.kind === 'step' || value.kind === 'features') last = now
    // What is best so far is kept, and told right after the epoch.
    if (value.kind === 'best' || (value.kind === 'epoch' && !value.best)) {
      return [times.reduce((sum, time) => sum + time, 0) / times.length, (now - last) / 1000]
    }
  }
}

function freshData(): TrainData {
  return {
    training: examples('training', freshSteps * batch, augmentation),
    validation: examples('validation', validation),
  }
}

function pooledData(): TrainData {
  const some = (count: number): Features => ({
    films: count,
    variants: 1,
    async read(wanted) {
      if (pool === undefined) throw new Error('features come before a training on them')
      const { films } = pool
      return pool.read(wanted.map(({ film, variant }) => ({ film: film % films, variant })))
    },
    [Symbol.asyncDispose]: async () => undefined,
  })
  return {
    training: examples('training', pooledSteps * batch),
    validation: examples('validation', validation),
    features: { training: some(pooledSteps * batch), validation: some(validation) },
  }
}

async function quantise(count: number): Promise<Network> {
  const { labels, images } = examples('training', count)
  const patients = Array.from({ length: count }, (_, i) => String(i))
  const source = { count, labels, patients, images: (indices: readonly number[]) => images(indices, { epoch: 0 }) }
  return (await quantiseNetwork(plain, source, { films: count, probe: 0 }, { ...tools, seed: 1 })).network
}
