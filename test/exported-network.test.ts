import assert from 'node:assert/strict'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot, sha256 } from '../src/core/index.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

const fixture = (name: string): Promise<Uint8Array> =>
  readFile(join(packageRoot(), 'src', 'models', 'fixtures', `${name}.onnx`))

const config = (backbone: string): string => `import { defineConfig, onnx, phantoms } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 60, size: 64 }),
  backbone: onnx(${backbone}),
  train: { epochs: 2, batch: 32 },
})
`

async function withNetwork(backbone: string): Promise<ProjectFolder> {
  const folder = await projectFolder({ 'chestnut.config.ts': config(backbone) })
  await folder.write('vit.onnx', await fixture('vit-dynamo'))
  return folder
}

test('`chestnut layers` lists what cut, trainFrom and explain may name', async () => {
  await using folder = await withNetwork("{ path: 'vit.onnx' }")
  const { code, out } = await folder.chestnut('layers')
  assert.equal(code, 0)
  assert.match(out, /^add_2 +Add +\[N, 17, 32\] +yes +cut \(tokens\), explain, trainFrom$/m)
  assert.match(out, /^layer_norm_4 .* ← cut here; cut \(tokens\), explain$/m)
  assert.match(out, /^linear_8 +Gemm +\[N, 10\] +330 +–$/m)
  const record = JSON.parse((await folder.chestnut('layers', 'vit.onnx', '--json')).out) as Record<string, unknown>
  assert.deepEqual([record['cut'], (record['layers'] as unknown[]).length > 50], ['layer_norm_4', true])
})

test('`chestnut layers` lists the layers of a network by its name, and knows which name was meant', async () => {
  await using folder = await projectFolder()
  const { code, out } = await folder.chestnut('layers', 'resnet18')
  assert.equal(code, 0)
  assert.match(out, /^layer4\.1 +block of 7 +\[N, 512, 7, 7\] +4,720,640 +yes +cut \(spatial\), trainFrom$/m)
  const wrong = await folder.chestnut('layers', 'resnet19')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /no such file and no such network, did you mean "resnet18"/)
})

test('`chestnut layers` without a network says what to name', async () => {
  await using folder = await projectFolder()
  const { code, err } = await folder.chestnut('layers')
  assert.equal(code, 2)
  assert.match(err, /Cannot list the layers of "vgg-small".*\n.*chestnut layers FILE\.onnx/)
})

test('a wrong name in the configuration is answered with the nearest ones and the command that lists them', async () => {
  await using folder = await withNetwork("{ path: 'vit.onnx', trainFrom: 'layer_norm_9' }")
  const { code, err } = await folder.chestnut('train')
  assert.equal(code, 1)
  assert.match(err, /Cannot use "trainFrom: 'layer_norm_9'".*did you mean "layer_norm/)
  assert.match(err, /npx chestnut layers vit\.onnx/)
})

test('a vision transformer trains from one of its blocks on, and says that its heat is attention', async () => {
  await using folder = await withNetwork("{ path: 'vit.onnx', trainFrom: 'add_2' }")
  await folder.succeeds('run')
  const [row] = (await readFile(folder.file('out/testing_set.csv'), 'utf8')).split('\n').slice(1)
  const film = row!.split(',').at(-1)!.trim()
  const told = await folder.chestnut('predict', film, '--explain')
  assert.match(told.err, /Attention rollout over 2 layers/)
  const { out } = await folder.chestnut('predict', film, '--explain', '--json')
  const { overlay, explanation } = JSON.parse(out) as { overlay: string; explanation: { method: string } }
  assert.equal(explanation.method, 'attention-rollout')
  assert.deepEqual([...(await readFile(overlay)).subarray(1, 4)], [80, 78, 71])

  // Where the file lies, and what it is compared with, decides nothing.
  await copyFile(folder.file('vit.onnx'), folder.file('copy.onnx'))
  const digest = sha256(await fixture('vit-dynamo'))
  await folder.write('chestnut.config.ts', config(`{ path: 'copy.onnx', sha256: '${digest}', trainFrom: 'add_2' }`))
  assert.match((await folder.chestnut('train')).out, /^train +nothing changed, kept$/m)
})
