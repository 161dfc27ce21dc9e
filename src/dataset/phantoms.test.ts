import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Interrupted, sha256 } from '../core/index.ts'
import { fetchData } from './fetch.ts'
import { readManifest } from './manifest.ts'
import { prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-phantoms-'))
})
after(() => rm(folder, { recursive: true }))

const spec = { kind: 'phantoms', patients: 12, size: 64, seed: 3 } as const

test('phantoms are drawn once, into a folder named after their specification, and prepared like films', async () => {
  const collection = await fetchData(spec, { folder, base: '/' })
  assert.deepEqual(collection.warnings, [])
  assert.deepEqual(await fetchData(spec, { folder, base: '/' }), collection)
  const home = dirname(collection.table)
  assert.deepEqual((await readdir(home)).sort(), ['BBox_List_2017.csv', 'Data_Entry_2017.csv', 'images'])
  assert.equal((await readdir(folder)).length, 1)
  await fetchData({ ...spec, seed: 4 }, { folder, base: '/' })
  assert.equal((await readdir(folder)).length, 2)

  const digests = new Map<string, string>()
  for (const film of collection.films) digests.set(film.name, sha256(await readFile(film.path)))
  const split = { ...defaultSplit, validation: 0 }
  const prepared = await prepare(collection, { targets: ['Pneumonia'], split, digests })
  assert.deepEqual(prepared.warnings, [])
  const rows = readManifest(prepared.manifest)
  assert.equal(rows.length, collection.films.length)
  assert.equal(new Set(rows.map(row => row.patient)).size, 12)
  assert.ok(rows.every(row => row.age !== null && row.sex !== null && row.view !== null && row.width === 64))
})

test('the same specification draws the same bytes', async () => {
  const digests: string[] = []
  for (const place of ['a', 'b']) {
    const collection = await fetchData({ ...spec, patients: 2 }, { folder: join(folder, place), base: '/' })
    const files = [collection.table, ...collection.films.map(film => film.path)]
    digests.push(sha256((await Promise.all(files.map(async path => sha256(await readFile(path))))).join()))
  }
  assert.equal(digests[0], digests[1])
})

test('an interrupted drawing leaves nothing behind', async () => {
  const home = join(folder, 'interrupted')
  const stop = new AbortController()
  const progress = (): void => stop.abort(new Interrupted())
  await assert.rejects(fetchData(spec, { folder: home, base: '/', progress, signal: stop.signal }), Interrupted)
  assert.deepEqual(await readdir(home), [])
})
