import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../src/core/index.ts'
import { defaultThreads } from '../src/engine/index.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'
import { openSide, type Side } from './side.ts'
import { jobs, type Pace, paceOf, pools } from './train-job/extrapolate.ts'
import { drawnFilms } from './train-job/films.ts'
import { type Contender, type Measured, measure } from './train-job/measure.ts'
import { full, job, type Sizes, small } from './train-job/sizes.ts'

interface Goal {
  readonly ours: string
  readonly theirs: string
  /** Times as fast. */
  readonly goal: number
}

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

export const bench: Benchmark = {
  name: 'train-job',
  title: "the guide's whole training from 1024² PNG files, beside Keras' generator and fit, and PyTorch on a pool",
  async run({ quick }) {
    const sizes = quick ? small : full
    const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
    try {
      const list = join(folder, 'films.txt')
      await writeFile(list, (await drawnFilms(sizes.files)).join('\n'))
      return figures(await measure(await contendersFor(sizes, list, folder), sizes.runs), sizes)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
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
  const words = (steps: number): readonly string[] =>
    [list, sizes.batch, sizes.size, threads, steps, sizes.validation, sizes.trainingFiles].map(String)
  const script = (name: string): string => join(packageRoot(), 'bench', 'train-job', name)
  const chestnut = (key: string) => (): Promise<Side> => {
    const main = fileURLToPath(new URL('train-job/chestnut.js', import.meta.url))
    return openSide(process.execPath, [main, ...words(sizes.fresh), String(sizes.pooled), join(folder, key)], threads)
  }
  const pytorch = (precision: string) => (): Promise<Side> =>
    openSide(torch, [script('pytorch-pool.py'), precision, ...words(sizes.pooled)], threads)
  const features = `features ${sizes.features}`
  const ours = ['decode', features, 'fresh', 'pooled']
  const toInt8 = sizes.quantise.map(films => `quantise ${films}`)
  return [
    { key: 'float32', open: chestnut('float32'), first: ['decode'], turns: ours },
    { key: 'int8', open: chestnut('int8'), first: ['decode', ...toInt8], turns: ours },
    {
      key: 'keras',
      open: () => openSide(keras, [script('keras-fit.py'), ...words(sizes.fresh)], threads),
      turns: ['fresh'],
    },
    { key: 'torch', open: pytorch('float32'), turns: ['decode', features, 'pooled'] },
    {
      key: 'torch-bf16',
      open: pytorch('bf16'),
      turns: ['decode', `features ${sizes.slowFeatures}`, 'pooled'],
      rounds: 1,
    },
  ]
}

function figures(measured: ReadonlyMap<string, Measured>, sizes: Sizes): readonly Figure[] {
  const paces = new Map([...measured].map(([key, side]) => [key, paceOf(side, sizes)]))
  for (const [key, pace] of paces) console.error(`Measured, ${key}: ${paceWords(pace)}`)
  const { training, validation, epochs } = job
  console.error(`Extrapolated to ${training} training and ${validation} validation films and ${epochs} epochs:`)
  const seconds = new Map<string, number>()
  for (const [name, parts] of Object.entries(jobs(key => paces.get(key)!))) {
    const whole = Object.values(parts).reduce((sum, part) => sum + part, 0)
    seconds.set(name, whole)
    const list = Object.entries(parts).map(([part, value]) => `${part} ${minutes(value)}`)
    console.error(`  ${name.padEnd(26)} ${minutes(whole)} min (${list.join(', ')})`)
  }
  return goals.map(({ ours, theirs, goal }) => {
    const value = Number((seconds.get(theirs)! / seconds.get(ours)!).toFixed(2))
    const runs = theirs.includes('bf16') ? 1 : sizes.runs
    return { case: `${ours} against ${theirs}, extrapolated`, value, unit: 'x', goal, met: value >= goal, runs }
  })
}

function paceWords({ start, film, features, quantise, fresh, pooled }: Pace): string {
  const pieces: readonly (readonly [name: string, value: number])[] = [
    ['start, s', start],
    ['a film read, ms', 1000 * film],
    ['features of a film, ms', 1000 * features],
    ['a film for the ranges of int8, ms', 1000 * quantise.film],
    ['int8 besides, s', quantise.rest],
    ['fresh step, s', fresh.step],
    ['rest of its epoch, s', fresh.rest],
    ['pooled step, s', pooled.step],
    ['rest of its epoch, s', pooled.rest],
  ]
  const known = pieces.filter(([, value]) => !Number.isNaN(value))
  return known.map(([name, value]) => `${name} ${value.toPrecision(3)}`).join('; ')
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1)
}
