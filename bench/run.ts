/** `node dist/bench/run.js` lists the benchmarks; `… NAME [--quick]` runs one and ends with one JSON line for each goal. */
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { machineWords } from './machine.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const benchmarks = await findBenchmarks()
const [name] = positionals

if (name === undefined) list(benchmarks)
else await runOne(name, values.quick ?? false)

/** The files of this folder that export `bench`. */
async function findBenchmarks(): Promise<readonly Benchmark[]> {
  const files = await readdir(new URL('.', import.meta.url))
  const names = files.filter(
    file => file.endsWith('.js') && !file.includes('.test.') && file !== basename(import.meta.url),
  )
  const found: Benchmark[] = []
  for (const file of names.sort()) {
    const exported: unknown = await import(new URL(file, import.meta.url).href)
    if (holdsBenchmark(exported)) found.push(exported.bench)
  }
  return found
}

function holdsBenchmark(exported: unknown): exported is { readonly bench: Benchmark } {
  return typeof exported === 'object' && exported !== null && 'bench' in exported
}

function list(all: readonly Benchmark[]): void {
  const width = Math.max(0, ...all.map(bench => bench.name.length))
  for (const bench of all) console.log(`${bench.name.padEnd(width)}  ${bench.title}`)
  console.log('\nnpm run bench -- NAME [--quick]')
}

async function runOne(wanted: string, quick: boolean): Promise<void> {
  const bench = benchmarks.find(one => one.name === wanted)
  if (bench === undefined) {
    console.error(
      `Cannot run benchmark "${wanted}": there is none, known are ${benchmarks.map(one => one.name).join(', ')}`,
    )
    process.exitCode = 2
    return
  }
  const figures = await bench.run({ quick })
  const machine = await machineWords()
  for (const figure of figures) console.log(JSON.stringify({ bench: bench.name, ...figure, machine }))
}
