import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { float32, sgd } from '../core/index.ts'
import { build, type Graph, int } from '../graph/index.ts'
import { onnxRuntime } from './onnx-runtime.ts'

const [usual] = [process.env['TMPDIR']]
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-profile-test-'))
  process.env['TMPDIR'] = folder
})
after(async () => {
  if (usual === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = usual
  await rm(folder, { recursive: true })
})

/** loss = Σ (x·p)², whose slope is left to be −p: what it is does not matter here. */
function graph(): Graph {
  const b = build('profiled')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [32, 64] })
  const p = b.input({ name: 'p', dtype: 'float32', shape: [64, 64] })
  b.output(
    b.node('ReduceSum', [b.node('MatMul', [x, p], {}, { name: 'product' })], { keepdims: int(0) }, { name: 'loss' }),
  )
  b.output(b.node('Neg', [p], {}, { name: 'slope' }))
  return b.finish()
}

/** ONNX Runtime leaves other files of its own in the folder for temporary ones. */
async function profiles(): Promise<readonly string[]> {
  return (await readdir(folder)).filter(name => name.startsWith('chestnut-profile'))
}

const options = {
  initial: { p: float32([64, 64], new Float32Array(4096).fill(1)) },
  update: { optimizer: sgd(), gradients: { p: 'slope' } },
}
const inputs = { x: float32([32, 64], new Float32Array(2048).fill(1)) }

for (const host of ['thread', 'process'] as const) {
  test(`a program in a ${host} tells what its nodes took while it learnt, once, and leaves no file behind`, async () => {
    {
      await using program = await onnxRuntime().load(graph(), { ...options, host, profile: true })
      for (let run = 0; run < 3; run++) await program.run(inputs, { rate: 0.1 })
      await program.run(inputs)
      const { learning, answering, update, masks, nodes } = await program.profile()
      assert.ok(learning > 0 && answering > 0 && update > 0 && masks >= 0)
      const product = nodes.find(({ name }) => name === 'product')
      assert.deepEqual([product?.operator, product?.runs], ['MatMul', 3])
      const spent = nodes.map(({ milliseconds }) => milliseconds)
      assert.deepEqual(
        spent,
        spent.toSorted((a, b) => b - a),
      )
      assert.ok(spent.reduce((sum, one) => sum + one) <= learning)
      assert.deepEqual((await program.profile()).nodes, [])
    }
    assert.deepEqual(await profiles(), [])
  })
}

test('a program that nobody asks leaves no file behind either, and one that notes nothing has no nodes', async () => {
  {
    await using noting = await onnxRuntime().load(graph(), { ...options, profile: true })
    await noting.run(inputs, { rate: 0.1 })
    await using silent = await onnxRuntime().load(graph(), options)
    await silent.run(inputs, { rate: 0.1 })
    const { learning, nodes } = await silent.profile()
    assert.ok(learning > 0)
    assert.deepEqual(nodes, [])
  }
  assert.deepEqual(await profiles(), [])
})
