import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../src/core/index.ts'
import { defaultThreads } from '../src/engine/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'
import { openSide, type Side } from './side.ts'
import { drawnFilms } from './train-job/films.ts'

/** The guide's training: films, and times through them. */
const job = { training: 2290, validation: 280, epochs: 30, batch: 64 } as const
/** What Chestnut takes to bring a backbone to int8: films for the ranges, and to compare both precisions. */
const int8 = { films: 64, probe: 512 } as const

interface Sizes {
  /** Side of a film as the network takes it. */
  readonly size: number
  readonly batch: number
  /** Of a fresh epoch, and of one on kept features, that is measured. */
  readonly fresh: number
  readonly pooled: number
  readonly validation: number
  readonly files: number
  readonly trainingFiles: number
  /** Films whose features are computed in a turn. */
  readonly features: number
  /** Films that decide the ranges of int8 when that is timed. */
  readonly quantise: number
  readonly runs: number
}

const full: Sizes = {
  size: 224,
  batch: job.batch,
  fresh: 3,
  pooled: 6,
  validation: job.validation,
  files: 128,
  trainingFiles: 96,
  features: 64,
  quantise: 16,
  runs: 3,
}
const small: Sizes = {
  ...full,
  size: 64,
  batch: 8,
  fresh: 2,
  pooled: 2,
  validation: 16,
  files: 24,
  trainingFiles: 16,
  features: 16,
  quantise: 4,
  runs: 1,
}

export const bench: Benchmark = {
  name: 'train-job',
  title: "the guide's whole training from 1024² PNG files, beside Keras' generator and fit, and PyTorch on a pool",
  async run({ quick }) {
    const sizes = quick ? small : full
    const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
    try {
      const list = join(folder, 'films.txt')
      await writeFile(list, (await drawnFilms(sizes.files)).join('\n'))
      const measured = await measure(await contendersFor(sizes, list, folder), sizes.runs)
      return figures(measured, sizes)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

/** A side, and what it does in each round. */
interface Contender {
  readonly key: string
  readonly name: string
  readonly open: () => Promise<Side>
  readonly turns: readonly string[]
  /** Asked once. */
  readonly once?: string
}

async function contendersFor(sizes: Sizes, list: string, folder: string): Promise<readonly Contender[]> {
  const torch = await pythonPeer('torch-2.15.0', ['torch==2.15.0', 'torchvision==0.29.2'])
  const keras = await pythonPeer('tensorflow-2.21.0-generator', [
    'tensorflow-cpu==2.21.0',
    'keras==3.15.1',
    'scipy==1.17.1',
    'pillow==13.0.0',
    'pandas==3.1.1',
  ])
  const threads = defaultThreads()
  const words = (steps: number): string[] =>
    [list, sizes.batch, sizes.size, threads, steps, sizes.validation, sizes.trainingFiles].map(String)
  const scripts = join(packageRoot(), 'bench', 'train-job')
  const chestnut = (way: string): (() => Promise<Side>) => {
    const script = fileURLToPath(new URL('train-job/chestnut.js', import.meta.url))
    const kept = join(folder, way)
    return () => openSide(process.execPath, [script, way, ...words(sizes.fresh), String(sizes.pooled), kept], threads)
  }
  const pytorch = (precision: string): (() => Promise<Side>) => {
    return () => openSide(torch, [join(scripts, 'pytorch-pool.py'), precision, ...words(sizes.pooled)], threads)
  }
  const features = `features ${sizes.features}`
  const ours = ['decode', features, 'fresh', 'pooled']
  return [
    { key: 'float32', name: 'Chestnut, float32', open: chestnut('float32'), turns: ours },
    { key: 'int8', name: 'Chestnut, int8', open: chestnut('int8'), turns: ours, once: `quantise ${sizes.quantise}` },
    {
      key: 'keras',
      name: 'Keras on TensorFlow',
      open: () => openSide(keras, [join(scripts, 'keras-fit.py'), ...words(sizes.fresh)], threads),
      turns: ['fresh'],
    },
    { key: 'torch', name: 'PyTorch, float32', open: pytorch('float32'), turns: ['decode', features, 'pooled'] },
    { key: 'torch-bf16', name: 'PyTorch, bf16', open: pytorch('bf16'), turns: ['decode', features, 'pooled'] },
  ]
}

/** Medians of a side, in seconds. */
interface Measured {
  /** Until it can begin. */
  readonly start: number
  /** By word: what a side says of a turn. */
  readonly turns: ReadonlyMap<string, readonly (readonly number[])[]>
}

/** Every side takes its turns in each round. The first round, in which memory is asked for and programs are loaded, does not count. */
async function measure(contenders: readonly Contender[], runs: number): Promise<ReadonlyMap<string, Measured>> {
  const sides: (Contender & {
    readonly side: Side
    readonly start: number
    readonly answers: Map<string, (readonly number[])[]>
  })[] = []
  try {
    for (const contender of contenders) {
      const started = performance.now()
      const side = await contender.open()
      sides.push({ ...contender, side, start: (performance.now() - started) / 1000, answers: new Map() })
    }
    for (const { side, once, answers } of sides) {
      if (once !== undefined) answers.set(wordOf(once), [await side.ask(once)])
    }
    for (let run = 0; run <= runs; run++) {
      for (const { side, turns, answers } of sides) {
        for (const turn of turns) {
          const numbers = await side.ask(turn)
          if (run > 0) answers.set(wordOf(turn), [...(answers.get(wordOf(turn)) ?? []), numbers])
        }
      }
      console.error(`Round ${run} of ${runs} is over`)
    }
  } finally {
    for (const { side } of sides) await side.end()
  }
  return new Map(sides.map(({ key, start, answers }) => [key, { start, turns: answers }]))
}

function wordOf(turn: string): string {
  return turn.split(' ', 1)[0] ?? ''
}

/** What a side takes for a film, a step and the like: medians of its turns, in seconds. */
interface Pace {
  readonly start: number
  readonly film: number
  readonly features: number
  readonly quantise: number
  readonly fresh: EpochPace
  readonly pooled: EpochPace
}

interface EpochPace {
  readonly step: number
  /** What comes after the last step: judging and keeping the weights. */
  readonly rest: number
}

function paceOf({ start, turns }: Measured, { files, features, quantise }: Sizes): Pace {
  const of = (word: string, place = 0): number => median((turns.get(word) ?? []).map(numbers => numbers[place]!))
  return {
    start,
    film: of('decode') / files,
    features: of('features') / features,
    quantise: of('quantise') / quantise,
    fresh: { step: of('fresh'), rest: of('fresh', 1) },
    pooled: { step: of('pooled'), rest: of('pooled', 1) },
  }
}

/** Seconds of a whole job, by what it spends them on: measured pieces, times how often the job needs them. */
type Parts = Readonly<Record<string, number>>

const epochsOf = ({ step, rest }: EpochPace): number => job.epochs * ((job.training / job.batch) * step + rest)

function jobs(measured: ReadonlyMap<string, Measured>, sizes: Sizes): Readonly<Record<string, Parts>> {
  const pace = (key: string): Pace => paceOf(measured.get(key)!, sizes)
  const [float32, whole, keras] = [pace('float32'), pace('int8'), pace('keras')]
  const films = ({ start, film }: Pace): Parts => ({ start, films: film * (job.training + job.validation) })
  const toInt8 = { int8: int8.films * whole.quantise + int8.probe * (float32.features + whole.features) }
  const fresh = (side: Pace): Parts => ({ features: job.validation * side.features, epochs: epochsOf(side.fresh) })
  const pooled = (side: Pace, variants: number): Parts => ({
    features: (variants * job.training + job.validation) * side.features,
    epochs: epochsOf(side.pooled),
  })
  const found: Record<string, Parts> = {
    'Keras, fresh': { start: keras.start, epochs: epochsOf(keras.fresh) },
    'Chestnut float32, fresh': { ...films(float32), ...fresh(float32) },
    'Chestnut int8, fresh': { ...films(whole), ...toInt8, ...fresh(whole) },
  }
  for (const variants of pools) {
    found[`Chestnut float32, pool ${variants}`] = { ...films(float32), ...pooled(float32, variants) }
    found[`Chestnut int8, pool ${variants}`] = { ...films(whole), ...toInt8, ...pooled(whole, variants) }
    for (const [key, name] of [['torch', 'float32'] as const, ['torch-bf16', 'bf16'] as const]) {
      found[`PyTorch ${name}, pool ${variants}`] = { ...films(pace(key)), ...pooled(pace(key), variants) }
    }
  }
  return found
}

interface Goal {
  readonly ours: string
  readonly theirs: string
  readonly goal: number
}

const pools = [8, 2] as const

const goals: readonly Goal[] = [
  { ours: 'Chestnut float32, fresh', theirs: 'Keras, fresh', goal: 1.3 },
  { ours: 'Chestnut int8, fresh', theirs: 'Keras, fresh', goal: 3 },
  { ours: 'Chestnut int8, pool 8', theirs: 'Keras, fresh', goal: 6 },
  { ours: 'Chestnut int8, pool 2', theirs: 'Keras, fresh', goal: 9 },
  ...pools.flatMap(variants => [
    { ours: `Chestnut int8, pool ${variants}`, theirs: `PyTorch float32, pool ${variants}`, goal: 1 },
    { ours: `Chestnut float32, pool ${variants}`, theirs: `PyTorch float32, pool ${variants}`, goal: 1 },
    // Told without a goal.
    { ours: `Chestnut int8, pool ${variants}`, theirs: `PyTorch bf16, pool ${variants}`, goal: 0 },
  ]),
]

function figures(measured: ReadonlyMap<string, Measured>, sizes: Sizes): readonly Figure[] {
  for (const [key, side] of measured) console.error(pieces(key, paceOf(side, sizes)))
  const { training, validation, epochs } = job
  console.error(`Extrapolated to ${training} training and ${validation} validation films and ${epochs} epochs:`)
  const seconds = new Map<string, number>()
  for (const [name, parts] of Object.entries(jobs(measured, sizes))) {
    const whole = Object.values(parts).reduce((sum, part) => sum + part, 0)
    seconds.set(name, whole)
    const list = Object.entries(parts).map(([part, value]) => `${part} ${minutes(value)}`)
    console.error(`  ${name.padEnd(26)} ${minutes(whole)} min (${list.join(', ')})`)
  }
  return goals.map(({ ours, theirs, goal }) => {
    const value = Number((seconds.get(theirs)! / seconds.get(ours)!).toFixed(2))
    return {
      case: `${ours} against ${theirs}, extrapolated`,
      value,
      unit: 'x',
      goal,
      met: value >= goal,
      runs: sizes.runs,
    }
  })
}

function pieces(key: string, { start, film, features, quantise, fresh, pooled }: Pace): string {
  const known = {
    'start, s': start,
    'a film read, ms': 1000 * film,
    'features of a film, ms': 1000 * features,
    'a film for int8, ms': 1000 * quantise,
    'fresh step, s': fresh.step,
    'rest of its epoch, s': fresh.rest,
    'pooled step, s': pooled.step,
    'rest of its epoch, s ': pooled.rest,
  }
  const told = Object.entries(known).filter(([, value]) => !Number.isNaN(value))
  return `Measured, ${key}: ${told.map(([name, value]) => `${name.trim()} ${value.toPrecision(3)}`).join('; ')}`
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1)
}
