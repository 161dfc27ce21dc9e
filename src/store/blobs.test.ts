import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem, sha256 } from '../core/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { blobs } from './blobs.ts'
import { fileStore } from './file-store.ts'
import { memoryStore } from './memory-store.ts'

const bytes = new TextEncoder().encode('a film')
const digest = sha256(bytes)
const place = join('blobs', 'sha256', digest.slice(0, 2), digest.slice(2))

test('what was put comes back under its SHA-256', async () => {
  const kept = blobs(memoryStore())
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async content => {
      const given = await kept.put(content)
      assert.equal(given, sha256(content))
      assert.deepEqual(await kept.get(given), content)
      assert.equal(await kept.has(given), true)
    }),
  )
})

test('the same bytes are written once', async () => {
  const store = memoryStore()
  const first = blobs(store)
    .put(bytes)
    .then(() => store.stat(`blobs/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`))
  const etag = (await first)?.etag
  await blobs(store).put(bytes)
  assert.equal((await store.stat(`blobs/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`))?.etag, etag)
})

test('get() says which blob is missing', async () => {
  const kept = blobs(memoryStore())
  assert.equal(await kept.has(digest), false)
  await assert.rejects(kept.get(digest), (error: unknown) => error instanceof Problem && error.message.includes(digest))
})

test('a digest that is none is refused before any key is made of it', async () => {
  const kept = blobs(memoryStore())
  for (const wrong of ['', '../../etc', 'ab', digest.toUpperCase(), `${digest}0`]) {
    await assert.rejects(kept.get(wrong), TypeError)
    await assert.rejects(kept.has(wrong), TypeError)
  }
})

test('get() refuses bytes that have changed, sets them aside, and the right ones can be put again', async context => {
  const folder = temporaryFolder(context)
  const kept = blobs(fileStore(folder))
  await kept.put(bytes)
  await writeFile(join(folder, place), 'a fi1m')
  await assert.rejects(kept.get(digest), /its bytes have changed/)
  assert.equal(await kept.has(digest), false)
  assert.deepEqual(await readdir(join(folder, 'blobs', 'corrupt')), [digest])
  await kept.put(bytes)
  assert.deepEqual(await kept.get(digest), bytes)
})

test('put() writes over a blob that was cut short', async context => {
  const folder = temporaryFolder(context)
  const kept = blobs(fileStore(folder))
  await kept.put(bytes)
  await truncate(join(folder, place), 2)
  await kept.put(bytes)
  assert.deepEqual(await kept.get(digest), bytes)
})
