import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { readManifest } from '../src/dataset/index.ts'
import { tinyFile } from '../src/models/backbones.test.fixture.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

interface Recipe {
  readonly backbone?: string
  readonly train?: string
}

const configOf = ({ backbone = '', train = '' }: Recipe): string => `
import { defineConfig, local, onnx, phantoms, vggSmall } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 60, size: 64 }),
  backbone: ${backbone.startsWith('vggSmall') ? backbone : `onnx({ path: 'tiny.onnx', contract: { range: [-1, 1] }, ${backbone} })`},
  train: { epochs: 3, batch: 16, ${train} },
  egress: 'features',
  machines: { here: local() },
})
`

async function project(recipe: Recipe = {}): Promise<ProjectFolder> {
  const folder = await projectFolder({ 'chestnut.config.ts': configOf(recipe) })
  await folder.write('tiny.onnx', tinyFile())
  return folder
}

async function trained(folder: ProjectFolder, ...words: readonly string[]): Promise<unknown> {
  const { out } = await folder.succeeds('train', '--json', ...words)
  return (JSON.parse(out) as { readonly outputs: unknown }).outputs
}

const elsewhere = ['--on', 'here', '--yes'] as const

const recipes: Readonly<Record<string, Recipe>> = {
  'a linear head': {},
  'a head on a pool of variants': { train: 'augmentation: { rotate: 5, pool: 3 }' },
  'a head on an int8 backbone': { backbone: "precision: 'int8', int8: { films: 16, probe: 30, force: true }" },
}

for (const [what, recipe] of Object.entries(recipes)) {
  test(`${what} that is trained elsewhere from features gives the bytes that it gives here`, async () => {
    await using there = await project(recipe)
    await using here = await project(recipe)
    assert.deepEqual(await trained(there, ...elsewhere), await trained(here))
    assert.deepEqual(await readdir(there.file('.chestnut/rented')), [])
    assert.deepEqual(await readdir(there.file('.chestnut/leaving')), [])
    assert.deepEqual(await readdir(there.file('out')), await readdir(here.file('out')))
  })
}

test('where only features may leave, what travels holds labels and numbers, and nothing of films, patients or places', async () => {
  await using folder = await project()
  const { err } = await folder.succeeds('train', ...elsewhere)
  assert.match(err, /travels .* features of \d+ films with labels, no film/)
  const [bundle = '', ...others] = await readdir(folder.file('.chestnut/archives'))
  assert.deepEqual(others, [])
  const listed = execFileSync('tar', ['-tzf', folder.file(`.chestnut/archives/${bundle}`)], { encoding: 'utf8' })
  assert.deepEqual(listed.trim().split('\n'), ['features/judged-0', 'features/learnt-0', 'network.onnx', 'order.json'])
  const order = execFileSync('tar', ['-xzOf', folder.file(`.chestnut/archives/${bundle}`), 'order.json'], {
    encoding: 'utf8',
  })
  for (const { name, digest } of readManifest(await readFile(folder.file('out/manifest.csv'), 'utf8'))) {
    assert.ok(!order.includes(name))
    assert.ok(!order.includes(digest))
  }
  assert.ok(!order.includes(folder.path))
  const { given } = JSON.parse(order) as { readonly given: unknown }
  assert.doesNotMatch(JSON.stringify(given), /"(patient|age|sex|view|followUp|path|digest|name)"/)
})

test('a head that was left to itself is found by attach, and the next training takes it', async () => {
  await using folder = await project()
  await using other = await project()
  await folder.succeeds('train', ...elsewhere, '--detach')
  assert.match((await folder.succeeds('attach')).out, /next: chestnut train/)
  assert.match((await folder.succeeds('train')).err, /resuming at the end/)
  assert.deepEqual(await trained(folder), await trained(other))
})

test('what needs films is refused before a byte leaves', async () => {
  await using whole = await project({ backbone: 'vggSmall({ size: 32, widths: [8] })' })
  const refused = await whole.chestnut('train', ...elsewhere)
  assert.equal(refused.code, 3, refused.err)
  assert.match(refused.err, /Cannot train on another machine: the network has no frozen part/)
  await using anew = await project({ train: 'augmentation: { rotate: 5 }' })
  const changed = await anew.chestnut('train', ...elsewhere)
  assert.equal(changed.code, 3, changed.err)
  assert.match(changed.err, /films are changed anew in every epoch, and by "egress" only features of them may leave/)
  for (const folder of [whole, anew]) {
    const { out } = await folder.succeeds('machines', 'list', '--json')
    assert.deepEqual((JSON.parse(out) as { readonly machines: unknown }).machines, [])
  }
})
