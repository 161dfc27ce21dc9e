import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { float32, floats, int64, Misuse, Problem, sgd } from '../../core/index.ts'
import { build, type Graph, int } from '../../graph/index.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import { onnxRuntime } from '../onnx-runtime.ts'

const skip = needSwiftShader()
const webgpu = onnxRuntime({ device: 'webgpu' })

/** 1 where x is above 1 or below −1, else 0. */
function unevenGraph(): Graph {
  const b = build('uneven')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 3] })
  const above = b.node('Greater', [x, b.constant(float32([], [1]))])
  const below = b.node('Less', [x, b.constant(float32([], [-1]))])
  b.output(b.node('Cast', [b.node('Or', [above, below])], { to: int(1) }))
  return b.finish()
}

/** Puts a row before the rows of relu(x): the row's shape is computed from that of x. */
function shapelyGraph(): Graph {
  const b = build('shapely')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2, 3] })
  const integers = (...values: number[]): string => b.constant(int64([values.length], values))
  const rows = b.node('Slice', [b.node('Shape', [b.node('Relu', [x])]), integers(0), integers(1)])
  const shape = b.node('Concat', [rows, integers(1, 3)], { axis: int(0) })
  const row = b.node('Expand', [b.weight('row', float32([1, 1, 3], [7, 8, 9])), shape])
  b.output(b.node('Concat', [row, x], { axis: int(1) }, { name: 'y' }))
  return b.finish()
}

test('a graph with an operator that the device does not take is refused by its name', { skip }, async () => {
  await assert.rejects(webgpu.load(unevenGraph()), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /^Cannot load graph "uneven" on webgpu: the device does not take its operators Or, and/)
    assert.match(error.next ?? '', /docs\/devices\.md/)
    return true
  })
})

test('shapes that the CPU would compute are computed once for each batch size instead', { skip }, async () => {
  await using program = await webgpu.load(shapelyGraph())
  for (const rows of [1, 2, 1]) {
    const x = Float32Array.from({ length: rows * 6 }, (_, i) => i)
    const { y } = await program.run({ x: float32([rows, 2, 3], x) })
    assert.deepEqual(y!.shape, [rows, 3, 3])
    assert.deepEqual([...floats(y!)].slice(0, 9), [7, 8, 9, 0, 1, 2, 3, 4, 5])
  }
})

test('an update without its nodes is refused on a device that keeps the parameters', async () => {
  const b = build('learning')
  const p = b.input({ name: 'p', dtype: 'float32', shape: [2] })
  b.output(b.node('Neg', [p], {}, { name: 'slope' }))
  const update = { optimizer: sgd(), gradients: { p: 'slope' } }
  await assert.rejects(webgpu.load(b.finish(), { update }), (error: Error) => {
    assert.ok(error instanceof Misuse)
    assert.match(error.message, /^Cannot load graph "learning": on a device its update must be nodes of the graph/)
    return true
  })
})

test('state that is not float32 is refused on a device', { skip }, async () => {
  const b = build('counting')
  const count = b.input({ name: 'count', dtype: 'int64', shape: [1] })
  b.output(b.node('Identity', [count], {}, { name: 'next' }))
  await assert.rejects(
    webgpu.load(b.finish(), { state: { count: 'next' } }),
    /Cannot load graph "counting" on webgpu: resident input "count" is int64, only float32 stays on a device/,
  )
})

test('a machine without a graphics adapter is told what to install', {
  skip: process.platform !== 'linux',
}, async () => {
  const before = process.env['VK_DRIVER_FILES']
  process.env['VK_DRIVER_FILES'] = '/nowhere/no-driver.json'
  try {
    await assert.rejects(webgpu.load(shapelyGraph(), { host: 'process' }), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(
        error.message,
        /^Cannot load graph "shapely" on webgpu: (no graphics adapter was found|ONNX Runtime has no WebGPU)/,
      )
      assert.match(error.next ?? '', /libvulkan1|device: 'cpu'/)
      return true
    })
  } finally {
    if (before === undefined) delete process.env['VK_DRIVER_FILES']
    else process.env['VK_DRIVER_FILES'] = before
  }
})

test('CUDA without its libraries is told how to get them', { skip: cudaIsThere() }, async () => {
  await assert.rejects(onnxRuntime({ device: 'cuda' }).load(shapelyGraph(), { host: 'process' }), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.equal(error.message, 'Cannot load graph "shapely" on cuda: its libraries are not installed')
    assert.match(error.next ?? '', /^ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node/)
    return true
  })
})

/** ONNX Runtime's script lays CUDA's library beside its own. */
function cudaIsThere(): string | false {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const library = join(home, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so')
  return existsSync(library) ? 'the libraries of CUDA are installed' : false
}
