import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJson, writeJson } from './json.ts'
import { memoryStore } from './memory-store.ts'
import { Conflict } from './store-errors.ts'

test('readJson() gives what writeJson() wrote', async () => {
  const store = memoryStore()
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async value => {
      await writeJson(store, 'k', value)
      assert.deepEqual(await readJson(store, 'k'), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('readJson() gives undefined where there is nothing', async () => {
  assert.equal(await readJson(memoryStore(), 'k'), undefined)
})

test('readJson() says which key holds no JSON', async () => {
  const store = memoryStore()
  for (const content of [Buffer.from('{"a":'), Buffer.from([0x22, 0xff, 0x22]), Buffer.from('')]) {
    await store.write('cards/1.json', content)
    await assert.rejects(readJson(store, 'cards/1.json'), /Cannot read "cards\/1.json" in memory: it is no JSON/)
  }
})

test('writeJson() writes under a condition', async () => {
  const store = memoryStore()
  await writeJson(store, 'k', 1, { onlyIf: 'absent' })
  await assert.rejects(writeJson(store, 'k', 2, { onlyIf: 'absent' }), Conflict)
})
