import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { packageRoot } from '../src/core/index.ts'
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts'

const main = join(packageRoot(), 'dist', 'src', 'cli', 'main.js')

const config = `import { defineConfig, phantoms, vggSmall } from 'chestnut'
export default defineConfig({ data: phantoms({ patients: 60, size: 64 }), backbone: vggSmall({ size: 64, widths: [8, 16] }), train: { epochs: 1 } })
`

/** How soon a person sees something: help on the terminal, and the first answer of a server. */
export const bench: Benchmark = {
  name: 'start',
  title: 'the help text beside bare node, and a server from its start to its first answer',
  run: async options => [...helpFigures(options), await serverFigure(options)],
}

function helpFigures({ quick }: BenchmarkOptions): readonly Figure[] {
  const runs = quick ? 3 : 15
  const bare: number[] = []
  const help: number[] = []
  for (let run = 0; run <= runs; run++) {
    const pair = [timed(['-e', '0']), timed([main, '--help'])] as const
    if (run === 0) continue // the first fills the page cache
    bare.push(pair[0])
    help.push(pair[1])
  }
  const milliseconds = median(help)
  const ratio = median(help.map((value, i) => value / (bare[i] ?? value)))
  return [
    { case: 'chestnut --help', value: round(milliseconds), unit: 'ms', goal: 150, met: milliseconds <= 150, runs },
    { case: 'chestnut --help over bare node', value: round(ratio), unit: 'x', goal: 2.5, met: ratio <= 2.5, runs },
  ]
}

function timed(words: readonly string[]): number {
  const started = performance.now()
  const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`)
  return performance.now() - started
}

async function serverFigure({ quick }: BenchmarkOptions): Promise<Figure> {
  const runs = quick ? 1 : 5
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-start-'))
  try {
    await writeFile(join(folder, 'chestnut.config.ts'), config)
    const made = spawnSync(process.execPath, [main, 'run'], { cwd: folder, stdio: 'ignore' })
    if (made.status !== 0) throw new Error(`The cycle ended with ${made.status}`)
    const film = await anyFilm(folder)
    const seconds: number[] = []
    for (let run = 0; run < runs; run++) seconds.push(await firstAnswer(folder, film))
    const value = median(seconds)
    return { case: 'server start to first answer', value: round(value), unit: 's', goal: 2, met: value <= 2, runs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function anyFilm(folder: string): Promise<Buffer> {
  const names = await readdir(join(folder, '.chestnut', 'data'), { recursive: true })
  const name = names.find(one => one.endsWith('.png'))
  if (name === undefined) throw new Error('The cycle left no film')
  return readFile(join(folder, '.chestnut', 'data', name))
}

async function firstAnswer(folder: string, film: Buffer): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, [main, 'serve', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(film)]), 'film.png')
    const response = await fetch(await address(child), { method: 'POST', body: form })
    if (!response.ok) throw new Error(`The server answered ${response.status}`)
    await response.json()
    return (performance.now() - started) / 1000
  } finally {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', code => reject(new Error(`The server ended with ${code}`)))
    child.stdout?.on('data', chunk => {
      text += String(chunk)
      const found = /http:\/\/[\d.:]+/.exec(text)
      if (found) resolve(found[0])
    })
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
