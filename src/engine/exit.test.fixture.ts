/**
 * A program that trains in a loop, for exit.test.ts: `HOST` (thread or process), then what ends it (`signal`, `exit`,
 * `throw` or `idle`).
 */
import { setTimeout } from 'node:timers/promises'
import { exitCodes, float32, Interrupted, sgd, throwIfAborted } from '../core/index.ts'
import { build, type Graph } from '../graph/index.ts'
import { onnxRuntime } from './onnx-runtime.ts'

const [host, ending] = process.argv.slice(2)
const asked = new AbortController()
process.on('SIGINT', () => asked.abort())
process.stdout.write('ready\n')

await main().catch(error => {
  if (!(error instanceof Interrupted)) throw error
  process.exitCode = exitCodes.interrupted
})

async function main(): Promise<void> {
  const graph = trainingGraph()
  const size = 256
  await using program = await onnxRuntime().load(graph, {
    host: host === 'process' ? 'process' : 'thread',
    update: { optimizer: sgd(), gradients: { p: graph.outputs[1]!.name } },
    initial: { p: float32([size, size], new Float32Array(size * size)) },
    signal: asked.signal,
  })
  const x = float32([size, size], new Float32Array(size * size).fill(1 / size))
  if (ending === 'exit') setTimeout(50).then(() => process.exit(7))
  if (ending === 'throw') setTimeout(50).then(() => Promise.reject(new Error('a defect')))
  if (ending === 'idle') {
    await program.run({ x })
    // Never disposed, and still no reason to stay.
    await new Promise(() => undefined)
  }
  for (;;) {
    await program.run({ x }, { rate: 0.1 })
    throwIfAborted(asked.signal)
  }
}

function trainingGraph(): Graph {
  const b = build('training')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [256, 256] })
  let gradient = b.input({ name: 'p', dtype: 'float32', shape: [256, 256] })
  for (let i = 0; i < 40; i++) gradient = b.node('MatMul', [gradient, x])
  b.output(b.node('ReduceSum', [gradient]))
  b.output(gradient)
  return b.finish()
}
