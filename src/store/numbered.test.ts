import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { fileStore } from './file-store.ts'
import { memoryStore } from './memory-store.ts'
import { appendNumbered, listNumbers, readNumber, readNumbered } from './numbered.ts'
import type { Store } from './store.ts'

test('a history grows by one number at a time', async () => {
  const store = memoryStore()
  assert.deepEqual(await readNumbered(store, 'h'), [])
  for (const value of ['a', 'b', 'c']) {
    assert.deepEqual(await appendNumbered(store, 'h', (_, number) => ({ value, number })), {
      value,
      number: 'abc'.indexOf(value) + 1,
    })
  }
  assert.deepEqual(await listNumbers(store, 'h'), [1, 2, 3])
  assert.deepEqual(await readNumber(store, 'h', 2), { value: 'b', number: 2 })
  assert.equal(await readNumber(store, 'h', 4), undefined)
  assert.deepEqual(
    (await readNumbered(store, 'h')).map(one => one.value),
    [1, 2, 3].map(number => ({ value: 'abc'[number - 1], number })),
  )
})

test('what decides sees the history, and may add nothing', async () => {
  const store = memoryStore()
  await appendNumbered(store, 'h', () => 'a')
  const seen: unknown[] = []
  const added = await appendNumbered(store, 'h', history => {
    seen.push(...history)
    return undefined
  })
  assert.equal(added, undefined)
  assert.deepEqual(seen, [{ number: 1, value: 'a' }])
  assert.deepEqual(await listNumbers(store, 'h'), [1])
})

test('other objects of the folder are no part of the history', async () => {
  const store = memoryStore()
  for (const key of ['h/readme.json', 'h/1.json', 'h/000001.txt', 'h/000001.json/x', 'hh/000001.json']) {
    await store.write(key, new Uint8Array())
  }
  assert.deepEqual(await listNumbers(store, 'h'), [])
})

test('numbers beyond six digits come after the others', async () => {
  const store = memoryStore()
  for (const number of ['999999', '1000000', '000002']) await store.write(`h/${number}.json`, Buffer.from('1'))
  assert.deepEqual(await listNumbers(store, 'h'), [2, 999_999, 1_000_000])
})

test('many who add at once get a number each', async () => {
  const store = memoryStore()
  const added = await Promise.all(
    [...Array(20).keys()].map(i => appendNumbered(store, 'h', (_, number) => ({ i, number }))),
  )
  assert.deepEqual(new Set(added.map(one => one?.number)).size, 20)
  assert.deepEqual(
    await listNumbers(store, 'h'),
    [...Array(20).keys()].map(i => i + 1),
  )
})

test('a store that lets two writers have one number does not lose the first one unnoticed', async () => {
  const inner = memoryStore()
  let overtaken = false
  // Ignores conditions, and another writer comes in just after the first write.
  const careless: Store = {
    ...inner,
    write: async (key, body) => {
      const entry = await inner.write(key, body)
      if (!overtaken) {
        overtaken = true
        await inner.write(key, Buffer.from('"other"'))
      }
      return entry
    },
  }
  assert.equal(await appendNumbered(careless, 'h', () => 'mine'), 'mine')
  assert.deepEqual(
    (await readNumbered(inner, 'h')).map(one => one.value),
    ['other', 'mine'],
  )
})

test('processes that add at once to a folder get a number each', { timeout: 60_000 }, async context => {
  const folder = temporaryFolder(context)
  const module = new URL('./index.js', import.meta.url).href
  const code = `
    import { appendNumbered, fileStore } from ${JSON.stringify(module)}
    const store = fileStore(${JSON.stringify(folder)})
    for (let i = 0; i < 8; i++) await appendNumbered(store, 'h', (_, number) => ({ number, process: process.pid, i }))`
  const adding = [1, 2, 3].map(async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: 'inherit',
      signal: context.signal,
    })
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
  await Promise.all(adding)
  const history = await readNumbered(fileStore(folder), 'h')
  assert.deepEqual(
    history.map(one => one.number),
    [...Array(24).keys()].map(i => i + 1),
  )
  assert.equal(new Set(history.map(one => JSON.stringify(one.value))).size, 24)
})
