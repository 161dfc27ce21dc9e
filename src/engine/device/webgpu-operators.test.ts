import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { differentiate, gradientName } from '../../autodiff/differentiate.ts'
import { gradientCases, prepare } from '../../autodiff/gradient-cases.test.fixture.ts'
import { float32, packageRoot } from '../../core/index.ts'
import { allClose } from '../../testing/all-close.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import { webGpuRefuses } from '../../testing/webgpu-operators.ts'
import { interpret } from '../reference/interpret.ts'
import { graphOf, operatorCases } from '../reference/operator-cases.test.fixture.ts'
import { runOnWebGpu } from './run-on-webgpu.test.fixture.ts'
import { type Transfer, transfer } from './transfer.ts'

const skip = needSwiftShader()

// One value on the device keeps it open between the cases; opening it takes most of a second.
let open: Transfer | undefined
if (skip === false) {
  open = transfer()
  await open.upload(float32([1], [1]))
}
after(() => open?.release())

/** Sines and cosines: Vulkan asks for 2⁻¹¹, and a driver may take that. */
const rough: ReadonlySet<string> = new Set(['Cos', 'Sin'])

test('WebGPU computes every operator as the reference does, or is known to refuse it', { skip }, async () => {
  const refused = new Set<string>()
  for (const given of operatorCases) {
    const { graph, inputs } = graphOf(given)
    const found = await runOnWebGpu(graph, inputs)
    if (found === undefined) {
      refused.add(given.op)
      continue
    }
    const wanted = interpret(graph, inputs)
    const tolerance = rough.has(given.op) ? 5e-4 : 2e-5
    for (const { name } of graph.outputs) {
      const options = { relative: tolerance, absolute: tolerance, name: `${given.op} ${given.title}` }
      allClose(found[name]!, wanted[name]!, options)
    }
  }
  // Two have their cases among the gradients.
  assert.deepEqual(
    [...refused, 'Cast', 'Einsum'].sort(),
    Object.keys(webGpuRefuses).sort(),
    'see src/testing/webgpu-operators.ts',
  )
})

test('WebGPU computes every gradient as the reference does', { skip }, async () => {
  for (const given of gradientCases) {
    // It casts to float64.
    if (given.op === 'Cast') continue
    const { graph, inputs, of } = prepare(given, 'float32', interpret)
    const training = differentiate(graph, { loss: 'loss', of })
    const [found, wanted] = [await runOnWebGpu(training, inputs), interpret(training, inputs)]
    if (webGpuRefuses[given.op] === 'always') {
      assert.equal(found, undefined, `${given.op} is taken after all`)
      continue
    }
    assert.ok(found !== undefined, `the gradient of ${given.op} ${given.title} is refused`)
    for (const name of ['loss', ...of.map(gradientName)]) {
      allClose(found[name]!, wanted[name]!, {
        relative: rough.has(given.op) ? 5e-4 : 1e-4,
        absolute: rough.has(given.op) ? 5e-4 : 1e-5,
        name: `${given.op} ${given.title}: ${name}`,
      })
    }
  }
})

test('docs/devices.md names every operator that WebGPU refuses', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'devices.md'), 'utf8')
  for (const [operator, when] of Object.entries(webGpuRefuses))
    assert.ok(page.includes(`| ${operator} | ${when} |`), operator)
})
