import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { adam, Problem, packageRoot } from '../src/core/index.ts'
import { type Device, devices, type Engine, onnxRuntime, type Program } from '../src/engine/index.ts'
import type { Network } from '../src/models/index.ts'
import { type Examples, type Plan, train } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'
import { guideNetwork } from './train-step/guide-network.ts'
import { guideHead, noise, smallVgg } from './trainable.ts'

/** The batch in, the answers out. */
const copiesGoal = 2

interface Case {
  readonly name: string
  /** What the PyTorch side calls it. */
  readonly key: 'vgg16' | 'vgg-small' | 'dense-head'
  readonly network: () => Promise<Network>
  readonly batch: number
  /** Films are others in every step, so that its frozen part is computed too. */
  readonly fresh?: boolean
}

type Precision = NonNullable<Plan['precision']>

/** A device, and how precisely it computes. */
interface Way {
  readonly device: Device
  readonly precision: Precision
}

const ways: readonly Way[] = devices.flatMap((device): readonly Way[] => [
  { device, precision: 'float32' },
  ...(device === 'webgpu' ? [{ device, precision: 'mixed' } as const] : []),
])

/** How precisely PyTorch computes. */
const torchPrecisions = ['float32', 'tf32', 'bf16'] as const

const cases: readonly Case[] = [
  { name: "the guide's VGG16, 224², batch 64", key: 'vgg16', network: guideVgg, batch: 64, fresh: true },
  { name: "the demo's network, 96², batch 64", key: 'vgg-small', network: async () => smallVgg(96), batch: 64 },
  {
    name: 'dense head 1024-512-256 on 512×7×7, batch 64',
    key: 'dense-head',
    network: async () => guideHead(),
    batch: 64,
  },
]

async function guideVgg(): Promise<Network> {
  return (await guideNetwork('float32', 224)).network
}

/** For an adapter that computes on the processor. */
const smallCases: readonly Case[] = [
  {
    name: "the demo's network, 32², batch 4",
    key: 'vgg-small',
    network: async () => smallVgg(32, [8, 16]),
    batch: 4,
  },
]

export const bench: Benchmark = {
  name: 'device',
  title: 'training on each device that is there: films a second, host copies a step, PyTorch beside it on NVIDIA',
  async run({ quick }) {
    const software = chooseAdapter()
    const steps = quick || software ? 6 : 30
    const figures: Figure[] = []
    for (const one of quick || software ? smallCases : cases) figures.push(...(await compare(one, steps, software)))
    return figures
  },
}

/** Chromium's driver, where it is the only one. @returns whether the adapter is software */
function chooseAdapter(): boolean {
  const software = '/usr/lib/chromium/vk_swiftshader_icd.json'
  const chosen = process.env['VK_DRIVER_FILES']
  if (chosen !== undefined) return /swiftshader|lvp/.test(chosen)
  if (existsSync('/dev/dri') || existsSync('/dev/nvidia0') || process.platform !== 'linux' || !existsSync(software))
    return false
  process.env['VK_DRIVER_FILES'] = software
  console.error('No graphics processor here: WebGPU is measured on SwiftShader, small; its films a second mean nothing')
  return true
}

async function compare(one: Case, steps: number, software: boolean): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const speeds = new Map<string, number>()
  const network = await one.network()
  for (const way of ways) {
    const measured = await measure(one, network, way, steps)
    if (measured === undefined) continue
    const name = way.precision === 'mixed' ? `${way.device} in mixed precision` : way.device
    speeds.set(name, measured.films)
    const goal = way.device === 'cpu' || software ? 0 : round(speeds.get('cpu') ?? 0)
    const films = { value: round(measured.films), unit: 'films/s', goal, met: measured.films >= goal, runs: steps }
    figures.push({ case: `${one.name}, ${name}`, ...films })
    if (way.device === 'cpu') continue
    const met = measured.copies <= copiesGoal
    const copies = { value: measured.copies, unit: 'host copies a step', goal: copiesGoal, met, runs: steps }
    figures.push({ case: `${one.name}, ${name}`, ...copies })
  }
  for (const precision of torchPrecisions) {
    const peer = await pytorch(one, precision, steps)
    if (peer === undefined) break
    // Numbers of 16 bits, and products of 10, are told without a goal.
    const goal = precision === 'float32' ? 1 : 0
    for (const [name, films] of speeds) {
      const value = round(films / peer)
      const words = `${one.name}, ${name} against PyTorch on CUDA in ${precision}`
      figures.push({ case: words, value, unit: 'x', goal, met: value >= goal, runs: steps })
    }
  }
  return figures
}

interface Measured {
  readonly films: number
  readonly copies: number
}

/** Undefined where the machine does not have the device, or the device does not compute so. */
async function measure(one: Case, network: Network, way: Way, steps: number): Promise<Measured | undefined> {
  try {
    return await trainOn(one, network, way, steps)
  } catch (error) {
    if (way.device === 'cpu' || !(error instanceof Problem)) throw error
    console.error(`${way.device} in ${way.precision} is left out: ${error.message}`)
    return undefined
  }
}

/** The first steps make kernels and buffers. */
const warmUp = 3

async function trainOn(
  { batch, fresh = false }: Case,
  network: Network,
  { device, precision }: Way,
  steps: number,
): Promise<Measured> {
  const { channels, size } = network.contract
  const validation = noise(batch, size, channels)
  const plan: Plan = {
    network,
    precision,
    optimizer: adam(),
    rate: { kind: 'constant', rate: 1e-4 },
    epochs: 1,
    batch,
    seed: 1,
    patience: 1,
  }
  const { engine, last } = watched(onnxRuntime({ device }))
  const times: number[] = []
  let told = 0
  let before = 0
  let after = 0
  for await (const event of train(
    plan,
    { training: { ...again(validation, steps + warmUp), fixed: !fresh }, validation },
    { engine },
  )) {
    if (event.kind !== 'step') continue
    // From one step to the next: the event's own time leaves out what the frozen part takes.
    const now = performance.now()
    if (event.step > warmUp) times.push(now - told)
    told = now
    if (event.step === warmUp) before = (await last().traffic()).copies
    if (event.step === event.steps) after = (await last().traffic()).copies
  }
  return { films: (batch * 1000) / median(times), copies: round((after - before) / steps) }
}

/** The same films so many times: what they show does not change how long a step takes. */
function again({ images, ...films }: Examples, times: number): Examples {
  const count = films.count * times
  return {
    ...films,
    count,
    labels: Float32Array.from({ length: count }, (_, i) => films.labels[i % films.count]!),
    mask: new Float32Array(count).fill(1),
    images: (indices, draw) =>
      images(
        indices.map(i => i % films.count),
        draw,
      ),
  }
}

/** Remembers the program that was loaded last: the one that learns. */
function watched(engine: Engine): { readonly engine: Engine; readonly last: () => Program } {
  let program: Program | undefined
  return {
    engine: {
      name: engine.name,
      async load(graph, options) {
        program = await engine.load(graph, options)
        return program
      },
    },
    last() {
      if (program === undefined) throw new Error('no program was loaded')
      return program
    },
  }
}

/** PyTorch's films a second on CUDA; undefined without an NVIDIA card. */
async function pytorch(one: Case, precision: string, steps: number): Promise<number | undefined> {
  if (spawnSync('nvidia-smi', { stdio: 'ignore' }).status !== 0) return undefined
  const python = await pythonPeer('torch-2.15.0', ['torch==2.15.0', 'torchvision==0.29.2'])
  const script = join(packageRoot(), 'bench', 'device', 'pytorch.py')
  const words = [script, one.key, precision, String(one.batch), String(steps), String(warmUp)]
  const { status, stdout } = spawnSync(python, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`PyTorch ended with ${status}`)
  return (one.batch * 1000) / Number(stdout)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
