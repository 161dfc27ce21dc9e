import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Interrupted, Problem, type ProgressEvent, sha256 } from '../core/index.ts'
import { contract, decodeFilm, encodePng, type Film, resizeFilm } from '../imaging/index.ts'
import type { FilmRow } from './film-row.ts'
import { type PixelCache, pixelCache } from './pixels.ts'

const wanted = contract({ size: 16 })
let folder = ''
let cacheFolder = ''
let cache: PixelCache

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-pixels-'))
})
after(() => rm(folder, { recursive: true, force: true }))

async function fresh(name: string): Promise<void> {
  cacheFolder = join(folder, `cache-${name}`)
  cache = pixelCache({ folder: cacheFolder })
}

function gradient(seed: number): Film {
  return { width: 24, height: 20, pixels: Uint16Array.from({ length: 480 }, (_, i) => (i * 131 + seed * 977) % 65536) }
}

async function rowsOf(count: number, spoil: (index: number) => boolean = () => false): Promise<FilmRow[]> {
  const rows: FilmRow[] = []
  for (let row = 0; row < count; row++) {
    const path = join(folder, `${sha256(`${cacheFolder} ${row}`).slice(0, 12)}.png`)
    const bytes = spoil(row) ? Buffer.from('no film') : await encodePng(gradient(row))
    await writeFile(path, bytes)
    rows.push({
      row,
      name: `0000000${row}_000.png`,
      path,
      patient: String(row),
      followUp: 0,
      age: 50,
      sex: 'F',
      view: 'PA',
      width: null,
      height: null,
      spacing: null,
      labels: {},
      split: 'train',
      digest: sha256(bytes),
    })
  }
  return rows
}

async function entries(): Promise<string[]> {
  const names = await readdir(cacheFolder, { recursive: true, withFileTypes: true })
  return names.filter(name => name.isFile()).map(name => join(name.parentPath, name.name))
}

test('films come out as the contract resizes them, in the order of the rows', async () => {
  await fresh('order')
  const rows = await rowsOf(7)
  const films = await cache.films(rows, wanted)
  assert.deepEqual(films.rows, rows)
  for (let i = 0; i < 7; i++) assert.deepEqual(await films.read(i), await resizeFilm(gradient(i), wanted))
})

test('a film is decoded once: later runs do not need its file', async () => {
  await fresh('once')
  const rows = await rowsOf(3)
  const first = await (await cache.films(rows, wanted)).read(1)
  for (const { path } of rows) await rm(path)
  const again = await pixelCache({ folder: cacheFolder }).films(rows, { ...wanted, mean: [1, 1, 1] })
  assert.deepEqual(await again.read(1), first)
})

test('another geometry is another entry', async () => {
  await fresh('geometry')
  const rows = await rowsOf(1)
  await cache.films(rows, wanted)
  const padded = await cache.films(rows, { ...wanted, fit: 'pad' })
  assert.deepEqual(await padded.read(0), await resizeFilm(gradient(0), { ...wanted, fit: 'pad' }))
  assert.equal((await entries()).length, 2)
})

test('an entry with one wrong bit, or cut off, is noticed and made again', async () => {
  await fresh('damage')
  const rows = await rowsOf(1)
  const film = await (await cache.films(rows, wanted)).read(0)
  const [entry = ''] = await entries()
  const whole = await readFile(entry)
  const damaged = Buffer.from(whole)
  damaged[100]! ^= 4
  await writeFile(entry, damaged)
  assert.deepEqual(await (await pixelCache({ folder: cacheFolder }).films(rows, wanted)).read(0), film)
  assert.deepEqual(await readFile(entry), whole)
  await truncate(entry, 60)
  assert.deepEqual(await (await pixelCache({ folder: cacheFolder }).films(rows, wanted)).read(0), film)
  assert.deepEqual(await readFile(entry), whole)
})

test('one bad film of 200 is set aside by its row, without a name', async () => {
  await fresh('aside')
  const rows = await rowsOf(200, row => row === 17)
  const events: ProgressEvent[] = []
  const films = await cache.films(rows, wanted, { progress: event => events.push(event) })
  assert.equal(films.rows.length, 199)
  assert.equal(films.bad.length, 1)
  assert.equal(films.bad[0]?.row, 17)
  assert.match(films.bad[0]?.reason ?? '', /it is a text file/)
  assert.doesNotMatch(JSON.stringify([films.bad, events]), /\.png/)
  assert.deepEqual(events.at(-1), { kind: 'progress', task: 'Reading films', done: 200, total: 200, unit: 'films' })
})

test('one bad film of ten stops the work and says which row and why', async () => {
  await fresh('stop')
  const rows = await rowsOf(10, row => row === 3)
  await assert.rejects(cache.films(rows, wanted), (error: unknown) => {
    assert.ok(error instanceof Problem)
    assert.match(
      error.message,
      /1 of 10 are bad, 0 are allowed \(maxBad 0\.005\); row 3: Cannot read the film: it is a/,
    )
    assert.doesNotMatch(error.message, /\.png/)
    return true
  })
  assert.equal((await cache.films(rows, wanted, { maxBad: 0.1 })).rows.length, 9)
})

test('a film that is gone, or was changed after it was prepared, is bad', async () => {
  await fresh('changed')
  const rows = await rowsOf(2)
  await rm(rows[0]!.path)
  await writeFile(rows[1]!.path, await encodePng(gradient(9)))
  const { bad } = await cache.films(rows, wanted, { maxBad: 1 })
  assert.deepEqual(
    bad.map(({ reason }) => reason),
    ['Cannot read the film: its file is gone', 'Cannot read the film: its file is not the one that was prepared'],
  )
})

test('two caches on one folder fill it side by side', async () => {
  await fresh('two')
  const rows = await rowsOf(20)
  const [a, b] = await Promise.all([cache.films(rows, wanted), pixelCache({ folder: cacheFolder }).films(rows, wanted)])
  for (let i = 0; i < rows.length; i++) assert.deepEqual(await a.read(i), await b.read(i))
  assert.equal((await entries()).length, 20)
})

test('what a killed process left half-written is removed', async () => {
  await fresh('tidy')
  const rows = await rowsOf(1)
  await cache.films(rows, wanted)
  await writeFile(join(cacheFolder, 'partial', '999999999-abc-1'), 'half')
  await cache.films(rows, wanted)
  assert.equal((await entries()).length, 1)
})

test('a cache folder that is a file is a problem, not a bad film', async () => {
  await fresh('file')
  await writeFile(cacheFolder, 'a file')
  await assert.rejects(cache.films(await rowsOf(1), wanted), /Cannot keep pixels in ".+": it is not a folder/)
})

test('an aborted signal stops the work with its reason', async () => {
  await fresh('abort')
  const rows = await rowsOf(12)
  const stop = new AbortController()
  const progress = (): void => stop.abort()
  await assert.rejects(cache.films(rows, wanted, { signal: stop.signal, progress }), Interrupted)
  assert.ok((await entries()).length < 12)
})

test('without room in memory films are read from the folder each time', async () => {
  await fresh('memory')
  const rows = await rowsOf(2)
  const films = await pixelCache({ folder: cacheFolder, memory: 0 }).films(rows, wanted)
  assert.notEqual(await films.read(0), await films.read(0))
  assert.deepEqual(await films.read(0), await resizeFilm(await decodeFilm(await readFile(rows[0]!.path)), wanted))
})
