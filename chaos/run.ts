/**
 * `node dist/chaos/run.js NAME [--runs N] [--seed S] [--only NUMBER,…] [--at-once N] [--keep FILE]` makes trouble, and ends with one JSON
 * line for each goal. After Ctrl-C they are those of the runs that were done.
 */
import { parseArgs } from 'node:util'
import { machineWords } from '../bench/machine.ts'
import { exitCodes, Interrupted, Misuse, Problem } from '../src/core/index.ts'
import type { Chaos } from './chaos.ts'
import { chaos as link } from './link.ts'
import { chaos as machines } from './machines.ts'

const all: readonly Chaos[] = [link, machines]
const usage = 'npm run chaos -- NAME [--runs 500] [--seed 1] [--only NUMBER,…] [--at-once 2] [--keep FILE]'

try {
  await main()
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.next === undefined ? error.message : `${error.message}\n${error.next}`)
  process.exitCode = error.exitCode
}

async function main(): Promise<void> {
  const { values, positionals } = wordsOf(process.argv.slice(2))
  const chosen = all.find(({ name }) => name === positionals[0])
  if (chosen === undefined) {
    for (const { name, title } of all) console.log(`${name}  ${title}`)
    console.log(`\n${usage}`)
    if (positionals.length > 0) process.exitCode = exitCodes.misused
    return
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Interrupted()))
  const figures = await chosen.run({
    runs: whole('runs', values.runs),
    seed: whole('seed', values.seed),
    only: values.only?.split(',').map(one => whole('only', one)),
    atOnce: whole('at-once', values['at-once']),
    keep: values.keep,
    signal: stop.signal,
    progress: line => console.error(line),
  })
  const machine = await machineWords()
  for (const figure of figures) console.log(JSON.stringify({ chaos: chosen.name, ...figure, machine }))
  if (figures.some(({ met }) => !met)) process.exitCode = exitCodes.failed
  if (stop.signal.aborted) process.exitCode = exitCodes.interrupted
}

function wordsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '500' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string' },
        'at-once': { type: 'string', default: '2' },
        keep: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new Misuse(cause instanceof Error ? cause.message : String(cause), { cause, next: usage })
  }
}

function whole(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Misuse(`Cannot use "--${flag} ${text}": wanted a whole number`, { next: usage })
}
