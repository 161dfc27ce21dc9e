import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ProgressEvent, sha256 } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type FeatureCache, featureCache } from './feature-cache.ts'
import { chunkBytes } from './feature-chunk.ts'
import type { RowStore } from './row-store.ts'

const rowBytes = 100
/** Where Linux tells which files this process has open. */
const descriptors = '/proc/self/fd'
const source = sha256('a frozen part')

function keysOf(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => sha256(`${name} ${i}`))
}

/** The row that belongs to a key. */
function rowOf(key: string): Uint8Array {
  return Uint8Array.from({ length: rowBytes }, (_, i) => Number.parseInt(key.slice(i % 62, (i % 62) + 2), 16))
}

interface Bench {
  readonly folder: string
  readonly events: readonly ProgressEvent[]
  readonly hour: () => Promise<void>
  readonly cache: FeatureCache
  /** As another process would open it. */
  readonly again: () => FeatureCache
}

function benchOf(context: TestContext, budget = 1e6): Bench {
  const folder = join(temporaryFolder(context), 'features')
  const events: ProgressEvent[] = []
  const clock = fakeClock()
  const again = (): FeatureCache =>
    featureCache({ folder, budget, machine: 'test', clock, progress: event => events.push(event) })
  return { folder, events, hour: () => clock.advance(3_600_000), cache: again(), again }
}

async function opened(cache: FeatureCache, keys: readonly string[], digest = source): Promise<RowStore> {
  const rows = await cache.open({ digest, keys, rowBytes })
  assert.ok(rows, 'the rows should fit')
  return rows
}

/** Keeps rows in a file of their own. */
async function keep(rows: RowStore, keys: readonly string[], which: readonly number[]): Promise<void> {
  await rows.keep(which, Uint8Array.from(which.flatMap(row => [...rowOf(keys[row]!)])))
  await rows.flush()
}

/** Keeps rows in files of so many, as one process. */
async function filled(cache: FeatureCache, keys: readonly string[], perFile: number, digest = source): Promise<void> {
  await using rows = await opened(cache, keys, digest)
  const missing = keys.flatMap((_, row) => (rows.has(row) ? [] : [row]))
  for (let i = 0; i < missing.length; i += perFile) await keep(rows, keys, missing.slice(i, i + perFile))
}

async function read(rows: RowStore, which: readonly number[]): Promise<Uint8Array | undefined> {
  const into = new Uint8Array(which.length * rowBytes)
  return (await rows.read(which, into)) ? into : undefined
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter(name => name.endsWith('.rows')).map(name => join(folder, name))
}

test('rows are there for whoever opens the same source later, whichever of them it wants, in any order', async context => {
  const { cache, again } = benchOf(context)
  const keys = keysOf('film', 10)
  await filled(cache, keys, 4)
  const wanted = [keys[7]!, sha256('another film'), keys[2]!, keys[7]!]
  await using rows = await opened(again(), wanted)
  assert.deepEqual(
    wanted.map((_, row) => rows.has(row)),
    [true, false, true, true],
  )
  assert.deepEqual(await read(rows, [2, 0, 3]), Uint8Array.from([2, 0, 3].flatMap(row => [...rowOf(wanted[row]!)])))
  await using others = await opened(again(), keys, sha256('another frozen part'))
  assert.ok(keys.every((_, row) => !others.has(row)))
})

test('what a killed process had finished stays, and what it left half-written is not taken', async context => {
  const { folder, cache, again } = benchOf(context)
  const keys = keysOf('film', 6)
  const killed = await opened(cache, keys)
  await keep(killed, keys, [0, 1])
  await killed.keep([2, 3], new Uint8Array(2 * rowBytes))
  await writeFile(join(folder, source, '.chestnut-00000000-1-0-0.tmp'), new Uint8Array(50))
  await using rows = await opened(again(), keys)
  assert.deepEqual(
    keys.map((_, row) => rows.has(row)),
    [true, true, false, false, false, false],
  )
  await keep(rows, keys, [2, 3, 4, 5])
  assert.ok(await read(rows, [0, 1, 2, 3, 4, 5]))
})

test('a cut-off file is removed with a warning, and its rows are wanted again', async context => {
  const { folder, events, cache, again } = benchOf(context)
  const keys = keysOf('film', 8)
  await filled(cache, keys, 4)
  const [first = ''] = await filesIn(folder)
  await truncate(first, 200)
  await using rows = await opened(again(), keys)
  assert.equal(keys.filter((_, row) => rows.has(row)).length, 4)
  assert.equal((await filesIn(folder)).length, 1)
  assert.deepEqual(
    events.map(event => event.kind),
    ['warning'],
  )
  assert.match(
    events.map(event => (event.kind === 'warning' ? event.text : '')).join(),
    /damaged: they are computed again/,
  )
})

test('a damaged row is noticed when it is read, and its file is given up', async context => {
  const { folder, events, cache, again } = benchOf(context)
  const keys = keysOf('film', 4)
  await filled(cache, keys, 4)
  const [path = ''] = await filesIn(folder)
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  await using rows = await opened(again(), keys)
  assert.ok(await read(rows, [0, 1, 2]))
  assert.equal(await read(rows, [0, 3]), undefined)
  assert.ok(keys.every((_, row) => !rows.has(row)))
  assert.deepEqual(await filesIn(folder), [])
  assert.equal(events.length, 1)
  await keep(rows, keys, [0, 1, 2, 3])
  assert.ok(await read(rows, [0, 1, 2, 3]))
})

test('rows that another process removed are wanted again, without a warning', async context => {
  const { folder, events, cache, again } = benchOf(context)
  const keys = keysOf('film', 4)
  await filled(cache, keys, 4)
  await using rows = await opened(again(), keys)
  for (const path of await filesIn(folder)) await rm(path)
  assert.equal(await read(rows, [0]), undefined)
  assert.ok(!rows.has(0))
  assert.deepEqual(events, [])
})

test('what does not fit into the budget is refused before anything is computed or removed', async context => {
  const { folder, cache } = benchOf(context, chunkBytes(10, rowBytes))
  await filled(cache, keysOf('film', 10), 10)
  assert.equal(await cache.open({ digest: source, keys: keysOf('other', 11), rowBytes }), undefined)
  assert.equal((await filesIn(folder)).length, 1)
  await using rows = await opened(cache, keysOf('film', 10))
  assert.ok(rows.has(0))
  const more = await cache.open({ digest: source, keys: keysOf('other', 1), rowBytes })
  assert.equal(more, undefined, 'rows that are open count, too')
})

test('what was not used for the longest time makes room', async context => {
  const { cache, again, hour } = benchOf(context, 3 * chunkBytes(4, rowBytes))
  for (const name of ['a', 'b', 'c']) {
    await filled(cache, keysOf(name, 4), 4, sha256(name))
    await hour()
  }
  await (await opened(again(), keysOf('a', 4), sha256('a')))[Symbol.asyncDispose]()
  await hour()
  await filled(again(), keysOf('d', 4), 4, sha256('d'))
  const held = async (name: string): Promise<boolean> => {
    await using rows = await opened(again(), keysOf(name, 4), sha256(name))
    return rows.has(0)
  }
  assert.deepEqual(await Promise.all(['a', 'c', 'd'].map(held)), [true, true, true])
  assert.equal(await held('b'), false)
})

test('what is open is not removed, and files of which little is wanted are given up last', async context => {
  const { folder, cache, again } = benchOf(context, chunkBytes(6, rowBytes) + chunkBytes(4, rowBytes))
  const films = keysOf('film', 6)
  await filled(cache, films, 6)
  const process = again()
  await using few = await opened(process, films.slice(0, 2))
  await using others = await opened(process, keysOf('other', 4))
  await keep(others, keysOf('other', 4), [0, 1, 2, 3])
  assert.ok(await read(few, [0, 1]))
  await using mixed = await opened(again(), [films[5]!, ...keysOf('third', 8)])
  assert.ok(!mixed.has(0), 'a sixth of the file is wanted: with the rest of it the new rows would not fit')
  assert.deepEqual(await filesIn(folder), [])
})

test('no name of a file tells of a film but by digests', async context => {
  const { folder, cache } = benchOf(context)
  await filled(cache, keysOf('film', 4), 2)
  const names = await readdir(folder, { recursive: true })
  assert.ok(names.length > 0)
  for (const name of names) assert.match(name, /^[0-9a-f]{64}(\/[0-9a-f]{64}\.rows)?$/)
})

test('of files by the hundreds, few stay open between two readings, and none in the end', {
  skip: !existsSync(descriptors),
}, async context => {
  const { folder, cache } = benchOf(context)
  const keys = keysOf('many', 300)
  await filled(cache, keys, 1)
  const openFiles = async (): Promise<number> => {
    const links = await Promise.all(
      (await readdir(descriptors)).map(name => readlink(join(descriptors, name)).catch(() => '')),
    )
    return links.filter(path => path.startsWith(folder)).length
  }
  const rows = await opened(cache, keys)
  const all = keys.map((_, row) => row)
  const both = await Promise.all([read(rows, all), read(rows, all)])
  assert.deepEqual(both[0], Uint8Array.from(keys.flatMap(key => [...rowOf(key)])))
  assert.deepEqual(both[1], both[0])
  assert.equal(await openFiles(), 256)
  assert.deepEqual(await read(rows, [0]), rowOf(keys[0]!))
  await rows[Symbol.asyncDispose]()
  assert.equal(await openFiles(), 0)
})
