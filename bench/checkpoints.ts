import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { adam, type Clock, elements, random, systemClock, type Tensors } from '../src/core/index.ts'
import { type Engine, onnxRuntime } from '../src/engine/index.ts'
import { build, encode, ints } from '../src/graph/index.ts'
import { type Network, network } from '../src/models/index.ts'
import { fileStore } from '../src/store/index.ts'
import { type Checkpoints, type Plan, storeCheckpoints, train } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { noise } from './trainable.ts'

/** Per cent of the time that checkpoints may take, at one a minute. */
const shareGoal = 3
/** The host may stand still for so many copies of its state. */
const copiesGoal = 3
const minute = 60_000
const size = 28

/**
 * The guide's trained part (block5_conv3 and its dense head: 28.8 M parameters, 345 MB with the slots of Adam) on features that are
 * there already, the fastest steps that it has. Epochs of some steps with one checkpoint among them and epochs without any take
 * turns. The weights of the best epoch are written too, whenever there is a better one.
 */
export const bench: Benchmark = {
  name: 'checkpoints',
  title: "what a checkpoint a minute costs the training of the guide's tail, and how long its host stands still",
  run: async ({ quick }) => {
    const runs = quick ? 1 : 7
    const shape = { rounds: runs, steps: quick ? 3 : 8, batch: quick ? 4 : 64 }
    const { pairs, stills, copies, writes, bytes } = await measure(shape)
    const extra = median(pairs.map(({ plain, checkpoint }) => checkpoint - plain))
    const plain = median(pairs.map(pair => pair.plain))
    const ms = (values: readonly number[]): string => `${median(values).toFixed(0)} ms`
    console.error(
      `${(bytes / 1e6).toFixed(0)} MB of state; ${shape.steps - 1} steps take ${plain.toFixed(0)} ms, and ${extra.toFixed(0)} ms more with a checkpoint, which is written in ${ms(writes)} meanwhile; the host stands still for ${ms(stills)}, a copy takes ${ms(copies)}`,
    )
    const still = median(stills) / median(copies)
    return [
      figure('a checkpoint a minute, share of the time', {
        value: (100 * extra) / minute,
        unit: '%',
        goal: shareGoal,
        runs,
      }),
      figure('host stands still, in copies of its state', { value: still, unit: 'x', goal: copiesGoal, runs }),
    ]
  },
}

function figure(name: string, { value, ...rest }: Pick<Figure, 'value' | 'unit' | 'goal' | 'runs'>): Figure {
  return { case: name, value: Number(value.toFixed(2)), ...rest, met: value <= rest.goal }
}

interface Shape {
  readonly rounds: number
  /** In an epoch. */
  readonly steps: number
  readonly batch: number
}

/** Milliseconds. */
interface Measured {
  /** From the first step of an epoch to its last. */
  readonly pairs: readonly { readonly plain: number; readonly checkpoint: number }[]
  readonly stills: readonly number[]
  readonly copies: readonly number[]
  readonly writes: readonly number[]
  readonly bytes: number
}

async function measure({ rounds, steps, batch }: Shape): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-checkpoints-'))
  const clock = leapingClock()
  const stills: number[] = []
  const writes: number[] = []
  const epochs: number[] = []
  let state: Tensors = {}
  try {
    const files = storeCheckpoints({ store: fileStore(folder), of: '0'.repeat(64), machine: 'this one' })
    const checkpoints: Checkpoints = {
      ...files,
      async save(checkpoint) {
        state = checkpoint.state
        const started = performance.now()
        await files.save(checkpoint)
        writes.push(performance.now() - started)
      },
    }
    const engine = watched(onnxRuntime(), time => stills.push(time))
    // The first two epochs warm up.
    const plan = planOf(batch, 2 * rounds + 2)
    const data = { training: noise(batch * steps, size), validation: noise(2, size) }
    let started = 0
    for await (const event of train(plan, data, { engine, clock, checkpoints })) {
      if (event.kind === 'epoch' && event.epoch === plan.epochs) break
      if (event.kind !== 'step') continue
      if (event.step === 1) {
        started = performance.now()
        if (event.epoch % 2 === 0) clock.leap()
      }
      if (event.step === steps) epochs.push(performance.now() - started)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const pairs = Array.from({ length: rounds }, (_, i) => ({
    plain: epochs[2 * i + 2]!,
    checkpoint: epochs[2 * i + 3]!,
  }))
  const copies = Array.from({ length: 5 }, () => timeOf(() => copyAll(state)))
  return { pairs, stills, writes, copies, bytes: bytesOf(state) }
}

/** The system's clock, which can be put forward so far that a checkpoint is due. */
function leapingClock(): Clock & { leap(): void } {
  let leapt = 0
  const leap = (): void => {
    leapt += minute
  }
  return { ...systemClock, now: () => performance.now() + leapt, leap }
}

/** Tells how long reads of everything take. */
function watched(engine: Engine, tell: (milliseconds: number) => void): Engine {
  return {
    ...engine,
    async load(graph, options) {
      const program = await engine.load(graph, options)
      return {
        ...program,
        async read(names) {
          const started = performance.now()
          const values = await program.read(names)
          if (names === undefined) tell(performance.now() - started)
          return values
        },
      }
    },
  }
}

function planOf(batch: number, epochs: number): Plan {
  return {
    network: guideTail(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 1e-4 },
    epochs,
    batch,
    seed: 1,
    patience: epochs,
  }
}

/** Behind a convolution that only brings the shape along, and is computed once. */
function guideTail(): Network {
  const draw = random(1, 'filters')
  const b = build('tail')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const weight = (name: string, shape: readonly number[], scale: number): string => {
    const data = Float32Array.from({ length: elements(shape) }, () => draw.normal() * scale)
    return b.weight(name, { dtype: 'float32', shape, data })
  }
  const before = b.node(
    'Conv',
    [image, weight('patches', [512, 1, 2, 2], 1)],
    { strides: ints([2, 2]) },
    { name: 'before' },
  )
  const filters = weight('block5_conv3', [512, 512, 3, 3], 0.02)
  const convolved = b.node('Conv', [before, filters], { pads: ints([1, 1, 1, 1]) })
  b.output(b.node('MaxPool', [b.node('Relu', [convolved])], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }))
  return network({
    backbone: { kind: 'onnx', path: 'tail.onnx', trainFrom: 'before', contract: { size, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head: { kind: 'dense' },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

function bytesOf(tensors: Tensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0), 0)
}

function copyAll(tensors: Tensors): unknown {
  return Object.values(tensors).map(({ data }) => data.slice())
}

function timeOf(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}
