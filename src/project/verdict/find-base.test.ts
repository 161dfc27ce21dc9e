import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse, sha256 } from '../../core/index.ts'
import { registry } from '../../registry/index.ts'
import { blobs, memoryStore } from '../../store/index.ts'
import { parseConfig } from '../config.ts'
import { noteJudged } from '../judged-commits.ts'
import type { Workspace } from '../workspace.ts'
import { findBase } from './find-base.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What finding a base takes of a workspace. */
function project(): Workspace {
  const store = memoryStore()
  const part: Partial<Workspace> = { config: parseConfig({}), base: '/nowhere', store, registry: registry(store) }
  return part as Workspace
}

/** Judges a model at a commit. */
async function judge(workspace: Workspace, commit: string, model: string): Promise<void> {
  const trained = { stage: 'train', record: { outputs: { 'model.onnx': model } } }
  await noteJudged({ ...workspace, commit }, trained)
}

const [main, older, other] = ['a', 'b', 'c'].map(letter => letter.repeat(40)) as [string, string, string]

test('without a word the base is the model in production, and nothing before one is', async () => {
  const workspace = project()
  assert.deepEqual(await findBase(workspace, {}), { why: 'No model "pneumonia" is published yet' })
  const draft = { name: 'pneumonia', dataset: 'd', metrics: {}, created: '2026-01-01T00:00:00.000Z' }
  const first = await workspace.registry.publish({ ...draft, model: bytes('one') })
  await workspace.registry.publish({ ...draft, model: bytes('two') })
  await workspace.registry.promote(first, 'production', draft.created)
  const base = await findBase(workspace, {})
  assert.ok('model' in base)
  assert.deepEqual([base.reference, base.digest], ['pneumonia@1', sha256('one')])
  const second = await findBase(workspace, { base: 'pneumonia@2', commits: () => assert.fail('git was asked') })
  assert.ok('model' in second && second.digest === sha256('two'))
  const byName = await findBase(workspace, { base: 'pneumonia', commits: () => undefined })
  assert.ok('model' in byName && byName.reference === 'pneumonia@1')
})

test('a commit stands for the model that was judged there last, or at the nearest commit before it', async () => {
  const workspace = project()
  const [one, two] = await Promise.all(['one', 'two'].map(text => blobs(workspace.store).put(bytes(text))))
  await judge(workspace, other, two!)
  await judge(workspace, older, two!)
  await judge(workspace, older, one!)
  const base = await findBase(workspace, { base: 'main', commits: () => [main, older, other] })
  assert.ok('model' in base)
  assert.deepEqual([base.digest, base.commit, base.reference], [one, older, `commit ${older.slice(0, 12)}`])
})

test('what another project of the same store judged at a commit is no base', async () => {
  const workspace = project()
  const model = await blobs(workspace.store).put(bytes('one'))
  await judge({ ...workspace, config: parseConfig({ name: 'effusion' }) }, main, model)
  assert.ok('why' in (await findBase(workspace, { base: 'main', commits: () => [main] })))
})

test('a commit without a model, or whose model is gone, is a reason and no failure', async () => {
  const workspace = project()
  assert.deepEqual(await findBase(workspace, { base: 'main', commits: () => [main] }), {
    why: 'No model of "main", nor of a commit before it, was judged with this store',
  })
  await judge(workspace, main, 'f'.repeat(64))
  assert.deepEqual(await findBase(workspace, { base: 'main', commits: () => [main] }), {
    why: `The model of commit ${main.slice(0, 12)} is no longer in the store`,
  })
})

test('what is neither a model nor a commit is refused', async () => {
  for (const base of ['nothing', 'Feature/X', '--upload-pack=x'])
    await assert.rejects(findBase(project(), { base, commits: () => undefined }), Misuse)
})
