import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { tinyFile } from '../src/models/backbones.test.fixture.ts'
import { type Finished, type ProjectFolder, projectFolder } from './project-folder.ts'

const configOf = (changes: {
  readonly units?: number
  readonly gigabytes?: number
  readonly pool?: number
}): string => `
import { defineConfig, dense, onnx, phantoms } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 50, size: 64 }),
  backbone: onnx({ path: 'tiny.onnx', contract: { range: [-1, 1] } }),
  head: dense({ units: [${changes.units ?? 4}] }),
  train: {
    epochs: 3,
    batch: 16,
    augmentation: { rotate: 5, pool: ${changes.pool ?? 3} },
    featureCache: { gigabytes: ${changes.gigabytes ?? 1} },
  },
})
`

let folder: ProjectFolder
let first: Finished

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': configOf({}) })
  await folder.write('tiny.onnx', tinyFile())
  first = await folder.succeeds('run')
})
after(() => folder[Symbol.asyncDispose]())

test('a training on a pool computes features once, and leaves them for the next one', async () => {
  assert.doesNotMatch(first.out + first.err, /kept from before/)
  await folder.write('chestnut.config.ts', configOf({ units: 5 }))
  const second = await folder.succeeds('train')
  assert.match(second.out + second.err, /frozen features: all \d+ films kept from before/)
})

test('cross-validation takes the variants that are there, for all folds and seeds', async () => {
  const judged = await folder.succeeds('evaluate', '--folds', '3', '--seeds', '2')
  assert.match(judged.out, /AUROC/)
  assert.match(judged.out + judged.err, /frozen features: \d+ of \d+ films kept from before/)
  const again = await folder.chestnut('evaluate', '--folds', '3', '--seeds', '2')
  assert.match(again.out + again.err, /frozen features: all \d+ films kept from before/)
  assert.deepEqual(again.out, judged.out)
})

test('how much room there is changes no model, and too little of it is refused with what is needed', async () => {
  await folder.write('chestnut.config.ts', configOf({ gigabytes: 2 }))
  const same = await folder.chestnut('train')
  assert.match(same.out, /nothing changed/)
  await folder.write('chestnut.config.ts', configOf({ gigabytes: 0.00001, pool: 4 }))
  const refused = await folder.chestnut('train')
  assert.equal(refused.code, 1)
  assert.match(
    refused.err,
    /Cannot train on a pool: .* in 4 variants each takes .* GB, 0\.000010 GB on disk are allowed/,
  )
})

test('files of features are named after digests', async () => {
  const names = await readdir(folder.file('.chestnut/features'), { recursive: true })
  assert.ok(names.length > 1)
  for (const name of names) assert.match(name, /^[0-9a-f]{64}([/\\][0-9a-f]{64}\.rows)?$/)
})
