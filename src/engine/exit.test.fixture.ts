/**
 * A program that trains in a loop, for exit.test.ts: `HOST` (thread or process), then what ends it (`signal`, `exit`,
 * `throw` or `idle`), then the device.
 */
import { setTimeout } from 'node:timers/promises'
import { exitCodes, float32, Interrupted, sgd, throwIfAborted } from '../core/index.ts'
import { build, type Graph } from '../graph/index.ts'
import type { UpdateGraph } from './engine.ts'
import { onnxRuntime } from './onnx-runtime.ts'

const [host, ending, device] = process.argv.slice(2)
const asked = new AbortController()
process.on('SIGINT', () => asked.abort())
process.stdout.write('ready\n')

await main().catch(error => {
  if (!(error instanceof Interrupted)) throw error
  process.exitCode = exitCodes.interrupted
})

async function main(): Promise<void> {
  // A graphics processor in software takes its time.
  const size = device === 'webgpu' ? 32 : 256
  const graph = trainingGraph(size)
  await using program = await onnxRuntime({ device: device === 'webgpu' ? 'webgpu' : 'cpu' }).load(graph, {
    host: host === 'process' ? 'process' : 'thread',
    update: { optimizer: sgd(), gradients: { p: graph.outputs[1]!.name }, nodes: descent },
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

function trainingGraph(size: number): Graph {
  const b = build('training')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [size, size] })
  let gradient = b.input({ name: 'p', dtype: 'float32', shape: [size, size] })
  for (let i = 0; i < 40; i++) gradient = b.node('MatMul', [gradient, x])
  b.output(b.node('ReduceSum', [gradient]))
  b.output(gradient)
  return b.finish()
}

/** p ← p − rate · gradient, for a device. */
function descent(graph: Graph): UpdateGraph {
  const b = build('descent', graph)
  const rate = b.input({ name: 'rate', dtype: 'float32', shape: [] })
  const next = b.node('Sub', ['p', b.node('Mul', [rate, graph.outputs[1]!.name])])
  b.output(next)
  return { graph: b.finish(), state: { p: next }, rate, step: 'step' }
}
