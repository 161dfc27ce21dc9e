import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differentiateMixed, gradientName, withUpdate } from '../../autodiff/index.ts'
import { adam, float32, floats, type Tensors } from '../../core/index.ts'
import { build, type Graph, int } from '../../graph/index.ts'
import { allClose } from '../../testing/all-close.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import { onnxRuntime } from '../onnx-runtime.ts'
import type { Device } from './device.ts'

/** loss = mean of x·p, by elements: without a product of matrices nothing is float16, and a device without it runs the rest. */
function meanGraph(): Graph {
  const b = build('mean')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2] })
  const p = b.input({ name: 'p', dtype: 'float32', shape: [2] })
  b.output(b.node('ReduceMean', [b.node('Mul', [x, p])], { keepdims: int(0) }, { name: 'loss' }))
  return b.finish()
}

/** Four steps, in the second of which gradients overflow float32. */
async function learn(device: Device): Promise<{ readonly counted: readonly number[]; readonly left: Tensors }> {
  const { graph, when, state, initial } = differentiateMixed(meanGraph(), {
    loss: 'loss',
    of: ['p'],
    scaling: { kind: 'dynamic', patience: 2 },
  })
  await using program = await onnxRuntime({ device }).load(graph, {
    state,
    initial: { ...initial, p: float32([2], [1e-3, -1e-3]) },
    forward: meanGraph(),
    update: { optimizer: adam(), gradients: { p: gradientName('p') }, when, norm: 'norm', nodes: withUpdate },
  })
  const counted: number[] = []
  for (const size of [1, 1e35, 0.5, 2]) {
    const x = float32(
      [3, 2],
      [3, -1, 2, 1, 0.5, -4].map(value => value * size),
    )
    const answer = await program.run({ x }, { rate: 0.01, outputs: ['loss'] })
    counted.push(floats(answer[when]!)[0]!)
  }
  return { counted, left: await program.read() }
}

test('WebGPU scales the loss, skips what overflows and keeps its count as the CPU does', {
  skip: needSwiftShader(),
}, async () => {
  const [device, cpu] = [await learn('webgpu'), await learn('cpu')]
  assert.deepEqual(device.counted, [1, 0, 1, 1])
  assert.deepEqual(cpu.counted, device.counted)
  assert.deepEqual(Object.keys(device.left).sort(), ['goodSteps', 'lossScale', 'p', 'p/m', 'p/v', 'step'])
  assert.deepEqual(floats(device.left['lossScale']!), Float32Array.of(2 ** 16))
  for (const [name, value] of Object.entries(cpu.left)) allClose(device.left[name]!, value, { relative: 1e-4, name })
})
