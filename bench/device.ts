import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { adam, Problem, packageRoot } from '../src/core/index.ts'
import { type Device, devices, type Engine, onnxRuntime, type Program } from '../src/engine/index.ts'
import type { Network } from '../src/models/index.ts'
import { type Plan, train } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'
import { guideHead, noise, smallVgg } from './trainable.ts'

/** The batch in, the answers out. */
const copiesGoal = 2

interface Case {
  readonly name: string
  /** What the PyTorch side calls it. */
  readonly key: 'vgg-small' | 'dense-head'
  readonly network: () => Network
  /** Side of a film. */
  readonly size: number
  readonly batch: number
}

const cases: readonly Case[] = [
  { name: "the demo's network, 96², batch 64", key: 'vgg-small', network: () => smallVgg(96), size: 96, batch: 64 },
  { name: 'dense head 1024-512-256 on 512×7×7, batch 64', key: 'dense-head', network: guideHead, size: 28, batch: 64 },
]

/** For an adapter that computes on the processor. */
const smallCases: readonly Case[] = [
  {
    name: "the demo's network, 32², batch 4",
    key: 'vgg-small',
    network: () => smallVgg(32, [8, 16]),
    size: 32,
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
  const speeds = new Map<Device, number>()
  for (const device of devices) {
    const measured = await measure(one, device, steps)
    if (measured === undefined) continue
    speeds.set(device, measured.films)
    const goal = device === 'cpu' || software ? 0 : round(speeds.get('cpu') ?? 0)
    const films = { value: round(measured.films), unit: 'films/s', goal, met: measured.films >= goal, runs: steps }
    figures.push({ case: `${one.name}, ${device}`, ...films })
    if (device === 'cpu') continue
    const met = measured.copies <= copiesGoal
    const copies = { value: measured.copies, unit: 'host copies a step', goal: copiesGoal, met, runs: steps }
    figures.push({ case: `${one.name}, ${device}`, ...copies })
  }
  const peer = await pytorch(one, steps)
  for (const [device, films] of peer === undefined ? [] : speeds) {
    const value = round(films / peer!)
    figures.push({
      case: `${one.name}, ${device} against PyTorch on CUDA`,
      value,
      unit: 'x',
      goal: 1,
      met: value >= 1,
      runs: steps,
    })
  }
  return figures
}

interface Measured {
  readonly films: number
  readonly copies: number
}

/** Undefined where the machine does not have the device. */
async function measure(one: Case, device: Device, steps: number): Promise<Measured | undefined> {
  try {
    return await trainOn(one, device, steps)
  } catch (error) {
    if (device === 'cpu' || !(error instanceof Problem)) throw error
    console.error(`${device} is left out: ${error.message}`)
    return undefined
  }
}

/** The first steps make kernels and buffers. */
const warmUp = 3

async function trainOn(one: Case, device: Device, steps: number): Promise<Measured> {
  const examples = noise(one.batch * (steps + warmUp), one.size)
  const validation = noise(one.batch, one.size)
  const plan: Plan = {
    network: one.network(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 1e-4 },
    epochs: 1,
    batch: one.batch,
    seed: 1,
    patience: 1,
  }
  const { engine, last } = watched(onnxRuntime({ device }))
  const times: number[] = []
  let before = 0
  let after = 0
  for await (const event of train(plan, { training: examples, validation }, { engine })) {
    if (event.kind !== 'step') continue
    if (event.step === warmUp) before = (await last().traffic()).copies
    if (event.step <= warmUp) continue
    times.push(event.milliseconds)
    if (event.step === event.steps) after = (await last().traffic()).copies
  }
  return { films: (one.batch * 1000) / median(times), copies: round((after - before) / steps) }
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
async function pytorch(one: Case, steps: number): Promise<number | undefined> {
  if (spawnSync('nvidia-smi', { stdio: 'ignore' }).status !== 0) return undefined
  const python = await pythonPeer('torch-2.15.0', ['torch==2.15.0', 'torchvision==0.29.2'])
  const script = join(packageRoot(), 'bench', 'device', 'pytorch.py')
  const words = [script, one.key, String(one.size), String(one.batch), String(steps), String(warmUp)]
  const { status, stdout } = spawnSync(python, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`PyTorch ended with ${status}`)
  return (one.batch * 1000) / Number(stdout)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
