import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Misuse, Problem, sha256 } from '../core/index.ts'
import { fileStore, memoryStore, writeJson } from '../store/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import type { ModelVersion } from './model-version.ts'
import { type ModelDraft, type Registry, registry } from './registry.ts'

const at = '2026-01-01T00:00:00.000Z'

function draft(content: string, changes: Partial<ModelDraft> = {}): ModelDraft {
  const model = new TextEncoder().encode(content)
  return {
    name: 'pneumonia',
    model,
    dataset: 'd'.repeat(64),
    run: 'run-1',
    metrics: { auroc: 0.9 },
    created: at,
    ...changes,
  }
}

async function versions(of: Registry, name?: string): Promise<string[]> {
  const found: string[] = []
  for await (const one of of.list(name)) found.push(`${one.name}@${one.version}`)
  return found
}

test('a published model is found, and its bytes come back', async () => {
  const models = registry(memoryStore())
  const version = await models.publish(draft('one'))
  assert.deepEqual(version, {
    format: 'chestnut.model-version/1',
    name: 'pneumonia',
    version: 1,
    digest: sha256('one'),
    created: at,
    dataset: 'd'.repeat(64),
    run: 'run-1',
    metrics: { auroc: 0.9 },
  })
  assert.deepEqual(await models.find('pneumonia@1'), version)
  assert.equal(new TextDecoder().decode(await models.open(version)), 'one')
})

test('versions are counted for each name', async () => {
  const models = registry(memoryStore())
  for (const content of ['one', 'two']) await models.publish(draft(content))
  await models.publish(draft('three', { name: 'edema' }))
  assert.deepEqual(await versions(models), ['edema@1', 'pneumonia@1', 'pneumonia@2'])
  assert.deepEqual(await versions(models, 'pneumonia'), ['pneumonia@1', 'pneumonia@2'])
  assert.deepEqual(await versions(models, 'none'), [])
})

test('the same bytes published twice are the same version, other names have their own', async () => {
  const models = registry(memoryStore())
  const first = await models.publish(draft('one'))
  await models.publish(draft('two'))
  const again = await models.publish(draft('one', { created: '2027-01-01T00:00:00.000Z', metrics: {} }))
  assert.deepEqual(again, first)
  assert.equal((await models.publish(draft('one', { name: 'edema' }))).version, 1)
})

test('a metric that is no number comes back as such', async () => {
  const models = registry(memoryStore())
  await models.publish(draft('one', { metrics: { auroc: Number.NaN } }))
  assert.deepEqual((await models.find('pneumonia')).metrics, { auroc: Number.NaN })
})

test('a name alone is the model in production, else the newest', async () => {
  const models = registry(memoryStore())
  const first = await models.publish(draft('one'))
  await models.publish(draft('two'))
  assert.equal((await models.find('pneumonia')).version, 2)
  await models.promote(first, 'production', at)
  assert.equal((await models.find('pneumonia')).version, 1)
  assert.equal((await models.find('pneumonia@production')).version, 1)
  assert.equal((await models.find('pneumonia@2')).version, 2)
})

test('an alias has a history that only grows, and going back is an entry too', async () => {
  const store = memoryStore()
  const models = registry(store)
  const [first, second] = [await models.publish(draft('one')), await models.publish(draft('two'))]
  assert.deepEqual(await models.history('pneumonia', 'production'), [])
  const changes = [first, second, second, first]
  for (const [i, version] of changes.entries())
    await models.promote(version, 'production', `2026-01-0${i + 1}T00:00:00.000Z`)
  assert.deepEqual(await models.history('pneumonia', 'production'), [
    { version: 1, at: '2026-01-01T00:00:00.000Z' },
    { version: 2, at: '2026-01-02T00:00:00.000Z' },
    { version: 1, at: '2026-01-04T00:00:00.000Z' },
  ])
  const keys: string[] = []
  for await (const { key } of store.list('models/pneumonia/aliases/')) keys.push(key.split('/').slice(3).join('/'))
  assert.deepEqual(keys, ['production/000001.json', 'production/000002.json', 'production/000003.json'])
})

test('promote() refuses a version that the registry does not have', async () => {
  const models = registry(memoryStore())
  const version = await models.publish(draft('one'))
  await assert.rejects(models.promote({ ...version, version: 2 }, 'production', at), /its versions are 1/)
  await assert.rejects(
    models.promote({ ...version, digest: '0'.repeat(64) }, 'production', at),
    /another model under this number/,
  )
  await assert.rejects(models.promote(version, '7', at), Misuse)
  assert.deepEqual(await models.history('pneumonia', 'production'), [])
})

test('what is not found is an error that helps', async () => {
  const models = registry(memoryStore())
  const message = (why: RegExp, next?: string) => (error: unknown) =>
    error instanceof Problem && why.test(error.message) && (next === undefined || error.next === next)
  await assert.rejects(models.find('pneumonia'), message(/nothing has been published yet/, 'chestnut run'))
  const version = await models.publish(draft('one'))
  await models.publish(draft('one', { name: 'edema' }))
  await models.promote(version, 'production', at)
  await assert.rejects(
    models.find('pnuemonia@1'),
    message(/did you mean "pneumonia"\?/, 'Choose one of: edema, pneumonia'),
  )
  await assert.rejects(models.find('xyz'), message(/there is none of this name$/))
  await assert.rejects(models.find('pneumonia@4'), message(/"pneumonia@4": its versions are 1$/))
  await assert.rejects(
    models.find('pneumonia@prodution'),
    message(/its aliases are production, did you mean "production"\?/),
  )
  await assert.rejects(models.find('edema@production'), message(/no alias was ever given/))
  await assert.rejects(models.find('Edema'), Misuse)
  await assert.rejects(models.publish(draft('x', { name: 'a/b' })), Misuse)
  await assert.rejects(models.history('pneumonia', '../x'), Misuse)
})

test('a model file whose bytes changed is refused, and publishing it again mends it', async context => {
  const folder = temporaryFolder(context)
  const models = registry(fileStore(folder))
  const version = await models.publish(draft('one'))
  await writeFile(join(folder, 'blobs', 'sha256', version.digest.slice(0, 2), version.digest.slice(2)), 'onE')
  await assert.rejects(models.open(version), /Cannot open the model "pneumonia@1": its file is missing or has changed/)
  await assert.rejects(models.open(version), Problem)
  assert.deepEqual(await models.publish(draft('one')), version)
  assert.equal(new TextDecoder().decode(await models.open(version)), 'one')
})

test('a damaged record, or one of a newer Chestnut, is refused with a sentence', async () => {
  const store = memoryStore()
  const models = registry(store)
  const version = await models.publish(draft('one'))
  const key = 'models/pneumonia/versions/000001.json'
  await writeJson(store, key, { ...version, digest: 7 })
  await assert.rejects(models.find('pneumonia'), /"pneumonia@1": its record in the registry is damaged/)
  await writeJson(store, key, { ...version, format: 'chestnut.model-version/2' })
  await assert.rejects(models.find('pneumonia'), /written by a newer Chestnut/)
  await writeJson(store, 'models/pneumonia/aliases/production/000001.json', {
    format: 'chestnut.alias/1',
    version: 'one',
  })
  await assert.rejects(models.history('pneumonia', 'production'), /entry 1 of its history is damaged/)
})

test('many who publish at once get a version each, and equal models the same one', async () => {
  const models = registry(memoryStore())
  const contents = ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']
  const published = await Promise.all(contents.map(content => models.publish(draft(content))))
  const numberOf = new Map<string, number>()
  published.forEach((version: ModelVersion, i) => {
    const content = contents[i]!
    assert.equal(numberOf.get(content) ?? version.version, version.version)
    numberOf.set(content, version.version)
  })
  assert.deepEqual([...numberOf.values()].sort(), [1, 2, 3])
  assert.deepEqual(await versions(models), ['pneumonia@1', 'pneumonia@2', 'pneumonia@3'])
})

test('processes that publish and promote at once never share a number', { timeout: 60_000 }, async context => {
  const folder = temporaryFolder(context)
  const code = (publisher: number): string => `
    import { registry } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)}
    import { fileStore } from ${JSON.stringify(new URL('../store/index.js', import.meta.url).href)}
    const models = registry(fileStore(${JSON.stringify(folder)}))
    for (let i = 0; i < 4; i++) {
      const model = new TextEncoder().encode('model ' + (i === 3 ? 'shared' : ${publisher} + '.' + i))
      const version = await models.publish({ name: 'pneumonia', model, dataset: 'd', metrics: {}, created: '${at}' })
      await models.promote(version, 'production', '${at}')
    }`
  const publishing = [1, 2, 3].map(async publisher => {
    const options = ['--input-type=module', '--eval', code(publisher)]
    const child = spawn(process.execPath, options, { stdio: 'inherit', signal: context.signal })
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
  await Promise.all(publishing)
  const models = registry(fileStore(folder))
  const digests = new Set<string>()
  for await (const version of models.list()) {
    assert.equal(version.version, digests.size + 1)
    digests.add(version.digest)
  }
  assert.equal(digests.size, 10)
  const history = await models.history('pneumonia', 'production')
  assert.equal((await readdir(join(folder, 'models', 'pneumonia', 'aliases', 'production'))).length, history.length)
  assert.ok(history.length >= 10 && history.every((change, i) => change.version !== history[i - 1]?.version))
})
