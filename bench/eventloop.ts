import { monitorEventLoopDelay } from 'node:perf_hooks'
import { adam } from '../src/core/index.ts'
import { onnxRuntime } from '../src/engine/index.ts'
import type { Network } from '../src/models/index.ts'
import { type Plan, train } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { guideHead, noise, smallVgg } from './trainable.ts'

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
  { name: 'small VGG from the image on, 128², batch 32', network: () => smallVgg(128), size: 128, batch: 32 },
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
