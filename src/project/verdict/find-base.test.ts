import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse, type RunRecord, sha256 } from '../../core/index.ts'
import { registry } from '../../registry/index.ts'
import { blobs, memoryStore } from '../../store/index.ts'
import { parseConfig } from '../config.ts'
import type { Workspace } from '../workspace.ts'
import { findBase } from './find-base.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What finding a base takes of a workspace. */
function project(): Workspace {
  const store = memoryStore()
  const part: Partial<Workspace> = { config: parseConfig({}), base: '/nowhere', store, registry: registry(store) }
  return part as Workspace
}

function run(id: string, changes: Partial<RunRecord>): RunRecord {
  return {
    format: 'chestnut.run/1',
    id,
    stage: 'train',
    status: 'done',
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:01:00.000Z',
    seed: 42,
    config: '',
    machine: { os: 'linux', arch: 'x64', cpu: 'EPYC', cores: 2, node: '20', chestnut: '0.1.0' },
    inputs: {},
    outputs: {},
    metrics: {},
    ...changes,
  }
}

const [main, older, other] = ['a', 'b', 'c'].map(letter => letter.repeat(40)) as [string, string, string]

test('without a word the base is the model in production, and nothing before one is', async () => {
  const workspace = project()
  assert.deepEqual(await findBase(workspace, [], {}), { why: 'No model "pneumonia" is published yet' })
  const draft = { name: 'pneumonia', dataset: 'd', metrics: {}, created: '2026-01-01T00:00:00.000Z' }
  const first = await workspace.registry.publish({ ...draft, model: bytes('one') })
  await workspace.registry.publish({ ...draft, model: bytes('two') })
  await workspace.registry.promote(first, 'production', draft.created)
  const base = await findBase(workspace, [], {})
  assert.ok('model' in base)
  assert.deepEqual([base.reference, base.digest], ['pneumonia@1', sha256('one')])
  const second = await findBase(workspace, [], { base: 'pneumonia@2', commits: () => assert.fail('git was asked') })
  assert.ok('model' in second && second.digest === sha256('two'))
  const byName = await findBase(workspace, [], { base: 'pneumonia', commits: () => undefined })
  assert.ok('model' in byName && byName.reference === 'pneumonia@1')
})

test('a commit stands for the newest model that was judged there, or at the nearest commit before it', async () => {
  const workspace = project()
  const [one, two, three] = await Promise.all(
    ['one', 'two', 'three'].map(text => blobs(workspace.store).put(bytes(text))),
  )
  const records = [
    run('1', { commit: older, outputs: { 'model.onnx': one! } }),
    run('2', { commit: older, outputs: { 'model.onnx': two! } }),
    run('3', { commit: older, stage: 'evaluate', inputs: { model: one! } }),
    run('4', { commit: older, stage: 'evaluate', status: 'failed', inputs: { model: two! } }),
    run('5', { commit: other, outputs: { 'model.onnx': three! } }),
  ]
  const base = await findBase(workspace, records, { base: 'main', commits: () => [main, older, other] })
  assert.ok('model' in base)
  assert.deepEqual([base.digest, base.commit, base.reference], [one, older, `commit ${older.slice(0, 12)}`])
  const trained = await findBase(workspace, records, { base: 'x', commits: () => [other] })
  assert.ok('model' in trained && trained.digest === three)
})

test('a commit without a model, or whose model is gone, is a reason and no failure', async () => {
  const workspace = project()
  assert.deepEqual(await findBase(workspace, [], { base: 'main', commits: () => [main] }), {
    why: 'No model of "main", nor of a commit before it, is in the store',
  })
  const records = [run('1', { commit: main, outputs: { 'model.onnx': 'f'.repeat(64) } })]
  assert.deepEqual(await findBase(workspace, records, { base: 'main', commits: () => [main] }), {
    why: `The model of commit ${main.slice(0, 12)} is no longer in the store`,
  })
})

test('what is neither a model nor a commit is refused', async () => {
  for (const base of ['nothing', 'Feature/X', '--upload-pack=x'])
    await assert.rejects(findBase(project(), [], { base, commits: () => undefined }), Misuse)
})
