/** `node dist/chaos/run.js NAME [--runs N] [--seed S] [--only NUMBER]` makes trouble, and ends with one JSON line for each goal. */
import { parseArgs } from 'node:util'
import { machineWords } from '../bench/machine.ts'
import type { Chaos } from './chaos.ts'
import { chaos as link } from './link.ts'
import { chaos as machines } from './machines.ts'

const all: readonly Chaos[] = [link, machines]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
  },
})
const chosen = all.find(({ name }) => name === positionals[0])

if (chosen === undefined) {
  for (const { name, title } of all) console.log(`${name}  ${title}`)
  console.log('\nnpm run chaos -- NAME [--runs 500] [--seed 1] [--only NUMBER] [--at-once 2]')
  if (positionals.length > 0) process.exitCode = 2
} else await runOne(chosen)

async function runOne(chaos: Chaos): Promise<void> {
  const figures = await chaos.run({
    runs: Number(values.runs),
    seed: Number(values.seed),
    only: values.only === undefined ? undefined : Number(values.only),
    atOnce: Number(values['at-once']),
    progress: line => console.error(line),
  })
  const machine = await machineWords()
  for (const figure of figures) console.log(JSON.stringify({ chaos: chaos.name, ...figure, machine }))
  if (figures.some(({ met }) => !met)) process.exitCode = 1
}
