import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { float32, floats, Problem } from '../core/index.ts'
import { build, type Graph } from '../graph/index.ts'
import { engineContract } from './engine.contract.ts'
import { onnxRuntime } from './onnx-runtime.ts'
import { slowGraph } from './slow-graph.test.fixture.ts'

const engine = onnxRuntime()

for (const host of ['thread', 'process'] as const) {
  engineContract(`onnxRuntime() in a ${host}`, engine, { host })

  test(`onnxRuntime() in a ${host} leaves nothing behind after 50 programs`, async () => {
    const graph = doublingGraph()
    const one = async (): Promise<void> => {
      await using program = await engine.load(graph, { host, threads: 1 })
      await program.run({ x: float32([2], [1, 2]) })
    }
    for (let i = 0; i < 5; i++) await one()
    const handles = process.getActiveResourcesInfo().length
    const listeners = process.listenerCount('exit')
    const memory = process.memoryUsage.rss()
    for (let i = 0; i < 50; i++) await one()
    assert.ok(process.getActiveResourcesInfo().length <= handles, 'no handle is left')
    assert.equal(process.listenerCount('exit'), listeners, 'no listener is left')
    const grown = (process.memoryUsage.rss() - memory) / 2 ** 20
    assert.ok(grown < 60, `memory grew by ${grown.toFixed(0)} MiB`)
  })

  test(`onnxRuntime() in a ${host} names graph and node of what ONNX Runtime refuses to load`, async () => {
    await assert.rejects(
      engine.load(misfitGraph(), { host }),
      (error: Error) =>
        error instanceof Problem &&
        /^Cannot load graph "misfit" at node "product" \(MatMul\): /.test(error.message) &&
        !/\.cc|\n/.test(error.message),
    )
  })

  test(`onnxRuntime() in a ${host} names graph and node of what fails while it runs`, async () => {
    const graph = reshapingGraph()
    await using program = await engine.load(graph, { host })
    await assert.rejects(program.run({ x: float32([5], [1, 2, 3, 4, 5]) }), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /^Cannot run graph "reshaping" at node "pairs" \(Reshape\): /)
      assert.doesNotMatch(error.message, /\.cc|\n/)
      return true
    })
    assert.equal(Object.keys(await program.run({ x: float32([4], [1, 2, 3, 4]) })).length, 1)
  })

  test(`onnxRuntime() in a ${host} finishes the run that has begun before it is disposed`, async () => {
    const program = await engine.load(slowGraph(200), { host })
    const run = program.run({ x: float32([256, 256], new Float32Array(65536).fill(1 / 256)) })
    const waits = program.run({ x: float32([256, 256], new Float32Array(65536)) })
    const refused = assert.rejects(waits, /its program was disposed/)
    await setTimeout(5)
    await program[Symbol.asyncDispose]()
    await refused
    assert.equal(Object.keys(await run).length, 1)
  })

  test(`onnxRuntime() in a ${host} keeps the event loop free`, async () => {
    await using program = await engine.load(slowGraph(200), { host, threads: 1 })
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    await program.run({ x: float32([256, 256], new Float32Array(65536).fill(1 / 256)) })
    clearInterval(ticking)
    assert.ok(turns > 5, `${turns} turns of the event loop while a graph ran`)
  })
}

test('onnxRuntime() says how a child process died, to the run that it owed and to all later ones', async t => {
  if (process.platform !== 'linux') return t.skip('finds the child in /proc')
  await using program = await engine.load(slowGraph(2000), { host: 'process' })
  const child = await onlyChild()
  const x = float32([256, 256], new Float32Array(65536).fill(1 / 256))
  const first = assert.rejects(
    program.run({ x }),
    /Cannot run graph "slow": its host is gone, its process ended by SIGKILL/,
  )
  const second = assert.rejects(program.run({ x }), Problem)
  await setTimeout(20)
  process.kill(child, 'SIGKILL')
  await Promise.all([first, second])
  await assert.rejects(program.run({ x }), /ended by SIGKILL/)
})

test('onnxRuntime() gives the same bits with every host', async () => {
  const x = float32(
    [256, 256],
    Float32Array.from({ length: 65536 }, (_, i) => Math.sin(i) / 16),
  )
  const results = await Promise.all(
    (['thread', 'process'] as const).map(async host => {
      await using program = await engine.load(slowGraph(3), { host, threads: 2 })
      return floats(Object.values(await program.run({ x }))[0]!)
    }),
  )
  assert.deepEqual(results[0], results[1])
})

async function onlyChild(): Promise<number> {
  const listed = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
  const children = listed.trim().split(' ').map(Number)
  assert.equal(children.length, 1)
  return children[0]!
}

function doublingGraph(): Graph {
  const b = build('doubling')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [2] })
  b.output(b.node('Add', [x, x]))
  return b.finish()
}

/** A product of matrices that do not fit, past the eyes of the builder. */
function misfitGraph(): Graph {
  const value = (name: string, shape: number[]) => ({ name, dtype: 'float32', shape }) as const
  return {
    name: 'misfit',
    opset: 21,
    inputs: [value('a', [2, 3]), value('b', [4, 5])],
    outputs: [value('c', [2, 5])],
    nodes: [{ op: 'MatMul', name: 'product', inputs: ['a', 'b'], outputs: ['c'], attributes: {} }],
    weights: {},
    metadata: {},
  }
}

/** Fails at run time for an odd number of elements. */
function reshapingGraph(): Graph {
  const b = build('reshaping')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N'] })
  const shape = b.constant({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-1n, 2n) })
  b.output(b.node('Reshape', [x, shape], {}, { name: 'pairs' }))
  return b.finish()
}
