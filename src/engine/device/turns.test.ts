import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats } from '../../core/index.ts'
import { build, type Graph } from '../../graph/index.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import type { Program } from '../engine.ts'
import { onnxRuntime } from '../onnx-runtime.ts'

/** Five products with x, each halved, and a state that counts the runs. */
function busyGraph(name: string): Graph {
  const b = build(name)
  let x = b.input({ name: 'x', dtype: 'float32', shape: [32, 32] })
  const runs = b.input({ name: 'runs', dtype: 'float32', shape: [] })
  const half = b.constant(float32([], [0.5]))
  for (let i = 0; i < 5; i++) x = b.node('Mul', [b.node('MatMul', [x, 'x']), half])
  b.output(b.node('Add', [x, runs], {}, { name: 'y' }))
  b.output(b.node('Add', [runs, b.constant(float32([], [1]))], {}, { name: 'next' }))
  return b.finish()
}

test('programs of one process take turns at the device, and none sees the numbers of another', {
  skip: needSwiftShader(),
}, async () => {
  const engine = onnxRuntime({ device: 'webgpu' })
  const options = { state: { runs: 'next' } }
  const one = Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 33 === 0 ? 1 : 0))
  const rounds = async (program: Program, scale: number): Promise<void> => {
    const x = float32(
      [32, 32],
      one.map(value => value * scale),
    )
    const wanted = scale ** 6 / 32
    for (let run = 0; run < 25; run++) {
      const { y } = await program.run({ x })
      assert.deepEqual([...floats(y!).slice(0, 2)], [wanted + run, run])
    }
  }
  const programs = await Promise.all(
    [1, 2, 3].map(scale => engine.load(busyGraph(`busy${scale}`), { ...options, initial: { runs: float32([], [0]) } })),
  )
  await Promise.all(programs.map((program, i) => rounds(program, 2 ** i)))
  for (const program of programs) await program[Symbol.asyncDispose]()
})
