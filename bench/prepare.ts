import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { packageRoot } from '../src/core/index.ts'
import { sharedData } from '../src/testing/needs.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'

/** Times as fast as pandas. */
const goal = 3

export const bench: Benchmark = {
  name: 'prepare',
  title: 'the NIH table (112,120 rows) to training and test CSV, beside pandas and scikit-learn',
  async run({ quick }) {
    const python = await pythonPeer('pandas-3.1.1', ['pandas==3.1.1', 'scikit-learn==1.9.1'])
    const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
    try {
      const files = await inputs(folder, quick ? 5000 : 112_120)
      return compare(python, [...files, folder], quick ? 1 : 5)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

/** The table, unpacked as the guide has it, and a list of images that pretends that all are there. */
async function inputs(folder: string, rows: number): Promise<[table: string, images: string]> {
  const packed = await readFile(sharedData('nih-cxr14', 'Data_Entry_2017_v2020.csv.gz'))
  const lines = gunzipSync(packed)
    .toString()
    .trimEnd()
    .split('\n')
    .slice(0, rows + 1)
  const table = join(folder, 'Data_Entry_2017.csv')
  const images = join(folder, 'images.txt')
  await writeFile(table, `${lines.join('\n')}\n`)
  const names = lines.slice(1).map(line => line.slice(0, line.indexOf(',')))
  await writeFile(images, names.map(name => `/data/images/${name}\n`).join(''))
  return [table, images]
}

interface Seconds {
  readonly work: number
  readonly whole: number
}

function compare(python: string, words: readonly string[], runs: number): readonly Figure[] {
  const ours: Seconds[] = []
  const theirs: Seconds[] = []
  for (let run = 0; run <= runs; run++) {
    const pandas = timed(python, [join(packageRoot(), 'bench', 'prepare', 'pandas.py'), ...words])
    const chestnut = timed(process.execPath, [fileURLToPath(new URL('prepare/chestnut.js', import.meta.url)), ...words])
    if (run === 0) continue // the first fills the page cache
    theirs.push(pandas)
    ours.push(chestnut)
  }
  return [
    figure('work alone, beside pandas', ours, theirs, seconds => seconds.work),
    figure('whole processes, beside pandas', ours, theirs, seconds => seconds.whole),
  ]
}

function timed(command: string, words: readonly string[]): Seconds {
  const started = performance.now()
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const whole = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`${command} ended with ${status}`)
  return { work: Number(stdout), whole }
}

function figure(
  name: string,
  ours: readonly Seconds[],
  theirs: readonly Seconds[],
  of: (seconds: Seconds) => number,
): Figure {
  const [chestnut, pandas] = [median(ours.map(of)), median(theirs.map(of))]
  console.error(`${name}: pandas ${pandas.toFixed(2)} s, Chestnut ${chestnut.toFixed(2)} s`)
  const value = Number((pandas / chestnut).toFixed(2))
  return { case: name, value, unit: 'x', goal, met: value >= goal, runs: ours.length }
}
