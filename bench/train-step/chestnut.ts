/**
 * One training step of bench/train-step.ts in Chestnut, each time a line asks for some: node chestnut.js WAY BATCH SIZE THREADS
 * CONVOLUTIONS, the last as a plan has it. Says "ready"; then each line on stdin is a count of steps, answered by their seconds and
 * the process's peak memory in bytes. It is `train` that takes the steps: films are held back until they are asked for.
 */
import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { adam, float32, floats, Interrupted } from '../../src/core/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import { type Examples, type Plan, train } from '../../src/train/index.ts'
import { guideNetwork, noise, type Way } from './guide-network.ts'

/** More than any benchmark takes: the epoch must not end. */
const mostSteps = 10_000

const [way, ...words] = process.argv.slice(2)
const [batch = 0, size = 0, threads = 0] = words.map(Number)

const { network, shape } = await guideNetwork(way as Way, size)
const films = floats(noise([batch, ...shape]))
const stop = new AbortController()
const gate = turnstile()
const training: Examples = {
  count: batch * mostSteps,
  labels: Float32Array.from({ length: batch * mostSteps }, (_, i) => i % 2),
  mask: new Float32Array(batch * mostSteps).fill(1),
  fixed: false,
  async images(indices) {
    await gate.pass(indices.length)
    return float32([indices.length, ...shape], films.slice(0, indices.length * (films.length / batch)))
  },
}
const plan: Plan = {
  network,
  optimizer: adam(),
  rate: { kind: 'constant', rate: 1e-4 },
  epochs: 1,
  batch,
  seed: 1,
  patience: 1,
  convolutions: words[3] as Plan['convolutions'],
}
const tools = { engine: onnxRuntime(), threads, signal: stop.signal }
const events = train(plan, { training, validation: { ...training, count: 1, fixed: false } }, tools)

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now()
  await steps(Number(line))
  console.log((performance.now() - started) / 1000, await peak())
}
stop.abort(new Interrupted('The benchmark is over'))
gate.open(batch)
await steps(1).catch((error: unknown) => {
  if (!(error instanceof Interrupted)) throw error
})

async function steps(count: number): Promise<void> {
  gate.open(count * batch)
  for (let done = 0; done < count; ) {
    const next = await events.next()
    if (next.done) throw new Error('the training has ended')
    if (next.value.kind === 'step') done++
    if (next.value.kind === 'choices') console.error(`Chestnut, ${way}: ${JSON.stringify(next.value.choices)}`)
  }
}

/** The most memory that the process ever held, in bytes. Known on Linux only. */
async function peak(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** Lets through as many as were let in, now or later; who asks first goes first. */
function turnstile(): { pass(count: number): Promise<void>; open(count: number): void } {
  const waiting: { readonly count: number; readonly go: () => void }[] = []
  let free = 0
  const advance = (): void => {
    for (let [first] = waiting; first !== undefined && first.count <= free; [first] = waiting) {
      waiting.shift()
      free -= first.count
      first.go()
    }
  }
  return {
    pass: count =>
      new Promise(resolve => {
        waiting.push({ count, go: resolve })
        advance()
      }),
    open(count) {
      free += count
      advance()
    },
  }
}
