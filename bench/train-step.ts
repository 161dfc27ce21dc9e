import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../src/core/index.ts'
import { defaultThreads } from '../src/engine/index.ts'
import type { Plan } from '../src/train/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { vectorUnits } from './machine.ts'
import { pythonPeer } from './python-peer.ts'
import { openSide, type Side, type Turn } from './side.ts'

/** A way to take the step, and what it is called. */
interface Contender {
  readonly key: string
  readonly name: string
  readonly open: () => Promise<Side>
}

interface Goal {
  readonly ours: string
  /** The fastest of them counts. */
  readonly theirs: readonly string[]
  readonly case: string
  /** Times as fast. */
  readonly goal: number
}

interface Sizes {
  readonly batch: number
  /** Side of a film. */
  readonly size: number
  readonly convolutions: NonNullable<Plan['convolutions']>
}

const float32Peers = ['keras', 'torch', 'torch-fast']

const speedGoals: readonly Goal[] = [
  { ours: 'float32', theirs: float32Peers, case: 'float32 against the fastest float32 framework', goal: 1.1 },
  { ours: 'int8', theirs: float32Peers, case: 'int8 against the fastest float32 framework', goal: 2.7 },
  { ours: 'int8', theirs: ['torch-bf16'], case: 'int8 against PyTorch in bf16', goal: 1.05 },
  { ours: 'tail', theirs: ['torch-tail'], case: 'tail alone against PyTorch in float32', goal: 1 },
  { ours: 'tail', theirs: ['torch-tail-bf16'], case: 'tail alone against PyTorch in bf16, without a goal', goal: 0 },
]

/** Which peak is compared with which: ours must be the lower. */
const memoryPairs: readonly (readonly [ours: string, theirs: string])[] = [
  ...['float32', 'int8'].flatMap(ours => [...float32Peers, 'torch-bf16'].map(theirs => [ours, theirs] as const)),
  ['tail', 'torch-tail'],
  ['tail', 'torch-tail-bf16'],
]

export const bench: Benchmark = {
  name: 'train-step',
  title: "one step of the guide's VGG16 recipe, beside Keras and PyTorch: images a second, peak memory",
  async run({ quick }) {
    // Measuring forms takes longer than all that a smoke test has to see.
    const sizes = quick
      ? ({ batch: 4, size: 64, convolutions: 'direct' } as const)
      : ({ batch: 64, size: 224, convolutions: 'measured' } as const)
    const runs = quick ? 1 : 5
    const contenders = await contendersFor(sizes)
    const turns = await takeTurns(contenders, runs)
    for (const { key, name } of contenders) {
      const seconds = secondsOf(turns, key)
      console.error(
        `${name.padEnd(44)} ${seconds.toFixed(2)} s a step, ${(sizes.batch / seconds).toFixed(2)} images a second, peak ${gigabytes(peakOf(turns, key))} GB`,
      )
    }
    return [...speedGoals.map(goal => speedFigure(turns, goal)), ...memoryFigures(contenders, turns, runs)]
  },
}

async function contendersFor({ batch, size, convolutions }: Sizes): Promise<readonly Contender[]> {
  const torch = await pythonPeer('torch-2.15.0', ['torch==2.15.0', 'torchvision==0.29.2'])
  const keras = await pythonPeer('tensorflow-2.21.0', ['tensorflow-cpu==2.21.0', 'keras==3.15.1'])
  const threads = defaultThreads()
  const scripts = join(packageRoot(), 'bench', 'train-step')
  const numbers = [batch, size, threads].map(String)
  const python = (command: string, script: string, way: string) => (): Promise<Side> =>
    openSide(command, [join(scripts, script), way, ...numbers], threads)
  const chestnut = (way: string) => (): Promise<Side> =>
    openSide(
      process.execPath,
      [fileURLToPath(new URL('train-step/chestnut.js', import.meta.url)), way, ...numbers, convolutions],
      threads,
    )
  return [
    { key: 'float32', name: 'Chestnut, float32', open: chestnut('float32') },
    { key: 'int8', name: 'Chestnut, int8', open: chestnut('int8') },
    { key: 'keras', name: 'Keras on TensorFlow, float32', open: python(keras, 'tensorflow-keras.py', 'whole') },
    { key: 'torch', name: 'PyTorch, float32', open: python(torch, 'pytorch.py', 'plain') },
    {
      key: 'torch-fast',
      name: 'PyTorch, float32, channels_last, fused Adam',
      open: python(torch, 'pytorch.py', 'channels-last'),
    },
    {
      key: 'torch-bf16',
      name: 'PyTorch, bf16, channels_last, fused Adam',
      open: python(torch, 'pytorch.py', 'bf16'),
    },
    { key: 'tail', name: 'Chestnut, tail alone', open: chestnut('tail') },
    { key: 'torch-tail', name: 'PyTorch, tail alone, float32', open: python(torch, 'pytorch.py', 'tail') },
    { key: 'torch-tail-bf16', name: 'PyTorch, tail alone, bf16', open: python(torch, 'pytorch.py', 'tail-bf16') },
  ]
}

type Turns = ReadonlyMap<string, readonly Turn[]>

/**
 * Every side takes its turn in each round. The first, in which memory is asked for and kernels are chosen, does not count. Where the
 * processor has no bf16, a step in it takes minutes: there it takes one turn in all.
 */
async function takeTurns(contenders: readonly Contender[], runs: number): Promise<Turns> {
  const hasBf16 = (await vectorUnits()).some(unit => unit.endsWith('bf16'))
  const sides = new Map<string, Side>()
  const turns = new Map<string, Turn[]>()
  try {
    for (const { key, open } of contenders) sides.set(key, await open())
    for (let run = 0; run <= runs; run++) {
      for (const [key, side] of sides) {
        const slow = key.endsWith('bf16') && !hasBf16
        if (slow && run > 0) continue
        const turn = await side.take(1)
        console.error(`round ${run}, ${key}: ${turn.seconds.toFixed(2)} s`)
        if (run > 0 || slow) turns.set(key, [...(turns.get(key) ?? []), turn])
      }
    }
  } finally {
    for (const side of sides.values()) await side.end()
  }
  return turns
}

function secondsOf(turns: Turns, key: string): number {
  return median((turns.get(key) ?? []).map(({ seconds }) => seconds))
}

function peakOf(turns: Turns, key: string): number {
  return Math.max(...(turns.get(key) ?? []).map(({ peak }) => peak))
}

/** The ratio within each round, so that what slows the whole machine down slows both sides. */
function speedFigure(turns: Turns, { ours, theirs, case: name, goal }: Goal): Figure {
  const [fastest = ''] = theirs.toSorted((a, b) => secondsOf(turns, a) - secondsOf(turns, b))
  const ratios = (turns.get(fastest) ?? []).map(({ seconds }, run) => seconds / turns.get(ours)![run]!.seconds)
  const value = Number(median(ratios).toFixed(2))
  return { case: name, value, unit: 'x', goal, met: value >= goal, runs: ratios.length }
}

function memoryFigures(contenders: readonly Contender[], turns: Turns, runs: number): readonly Figure[] {
  const nameOf = (wanted: string): string => contenders.find(({ key }) => key === wanted)?.name ?? wanted
  return memoryPairs.map(([ours, theirs]) => {
    const value = Number(gigabytes(peakOf(turns, ours)))
    const goal = Number(gigabytes(peakOf(turns, theirs)))
    return {
      case: `peak memory, ${nameOf(ours)} below ${nameOf(theirs)}`,
      value,
      unit: 'GB',
      goal,
      met: value < goal,
      runs,
    }
  })
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2)
}
