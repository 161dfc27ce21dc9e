import { monitorEventLoopDelay } from 'node:perf_hooks'
import { adam, float32, random } from '../src/core/index.ts'
import { onnxRuntime } from '../src/engine/index.ts'
import { build, encode, ints } from '../src/graph/index.ts'
import { type Network, network } from '../src/models/index.ts'
import { type Examples, type Plan, train } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'

/** p99 of the event loop's delay, in milliseconds. */
const goal = 20

interface Case {
  readonly name: string
  readonly network: () => Network
  /** Side of a film. */
  readonly size: number
  readonly batch: number
}

const cases: readonly Case[] = [
  { name: 'small VGG from the image on, 128², batch 32', network: smallVgg, size: 128, batch: 32 },
  { name: 'dense head 1024-512-256 on frozen 512×7×7, batch 64', network: guideHead, size: 28, batch: 64 },
]

export const bench: Benchmark = {
  name: 'eventloop',
  title: 'p99 of the event loop delay while training steps run in the same process',
  async run({ quick }) {
    const figures: Figure[] = []
    for (const one of cases) figures.push(await measure(one, quick ? 1 : 5, quick ? 2 : 3))
    return figures
  },
}

async function measure(one: Case, runs: number, epochs: number): Promise<Figure> {
  const delays: number[] = []
  for (let run = 0; run < runs; run++) delays.push(await delayWhileTraining(one, epochs))
  const value = Number(median(delays).toFixed(1))
  return { case: one.name, value, unit: 'ms', goal, met: value < goal, runs }
}

/** Watches from the first step to the last; building and loading the graphs come before. */
async function delayWhileTraining(one: Case, epochs: number): Promise<number> {
  const examples = noise(one.batch * 6, one.size)
  const plan: Plan = {
    network: one.network(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 1e-4 },
    epochs,
    batch: one.batch,
    seed: 1,
    patience: epochs,
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for await (const event of train(plan, { training: examples, validation: examples }, { engine: onnxRuntime() })) {
    if (event.kind === 'step') delay.enable()
    if (event.kind === 'stopped') delay.disable()
  }
  return delay.percentile(99) / 1e6
}

function smallVgg(): Network {
  return network({
    backbone: { kind: 'vgg-small', size: 128, widths: [16, 32, 64, 128] },
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

/** The guide's head, on a frozen part that only brings the shape along. */
function guideHead(): Network {
  const b = build('patches')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, 28, 28] })
  const filters = b.weight('filters', float32([512, 1, 4, 4], random(1, 'filters').fill(new Float32Array(512 * 16))))
  b.output(b.node('Conv', [image, filters], { kernel_shape: ints([4, 4]), strides: ints([4, 4]) }))
  return network({
    backbone: { kind: 'onnx', path: 'patches.onnx', contract: { size: 28, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head: { kind: 'dense' },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

function noise(count: number, size: number): Examples {
  const each = size * size
  const pixels = random(1, 'noise').fill(new Float32Array(count * each))
  return {
    count,
    labels: Float32Array.from({ length: count }, (_, i) => i % 2),
    mask: new Float32Array(count).fill(1),
    fixed: true,
    async images(indices) {
      const values = new Float32Array(indices.length * each)
      for (const [i, index] of indices.entries()) {
        values.set(pixels.subarray(index * each, (index + 1) * each), i * each)
      }
      return float32([indices.length, 1, size, size], values)
    },
  }
}
