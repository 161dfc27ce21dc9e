import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Interrupted, Problem, type ProgressEvent, sha256 } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { needMounts, readOnly, smallDisk } from '../testing/mounts.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type DigestIndex, digestIndex } from './digest-index.ts'
import type { FileFacts } from './read-digest.ts'

const longAgo = Date.UTC(2020, 0, 1) / 1000

async function facts(path: string): Promise<FileFacts> {
  const { size, mtimeMs, ino } = await stat(path)
  return { path, size, mtime: mtimeMs, inode: ino }
}

/** A file that was written long before the clock's now. */
async function settledFile(folder: string, name: string, content: string): Promise<FileFacts> {
  const path = join(folder, name)
  await writeFile(path, content)
  await utimes(path, longAgo, longAgo)
  return facts(path)
}

function open(folder: string): Promise<DigestIndex> {
  return digestIndex({ folder: join(folder, 'state'), clock: fakeClock() })
}

/** The files that had to be read to know the digests. */
async function reads(index: DigestIndex, files: readonly FileFacts[]): Promise<number> {
  let count = 0
  await index.digestAll(files, { progress: () => count++ })
  return count
}

test('a second run reads no file', async context => {
  const folder = temporaryFolder(context)
  const files = [await settledFile(folder, 'a', 'one'), await settledFile(folder, 'b', 'two')]
  const digests = await (await open(folder)).digestAll(files)
  assert.deepEqual(
    [...digests],
    [
      [files[0]!.path, sha256('one')],
      [files[1]!.path, sha256('two')],
    ],
  )
  // Without the files: who reads one would fail.
  for (const { path } of files) await rm(path)
  assert.deepEqual(await (await open(folder)).digestAll(files), digests)
  assert.equal(await (await open(folder)).digest(files[1]!), sha256('two'))
})

test('a file is read again when its size, time or inode is another one', async context => {
  const folder = temporaryFolder(context)
  const file = await settledFile(folder, 'a', 'one')
  await (await open(folder)).digestAll([file])

  await writeFile(file.path, 'two')
  await utimes(file.path, longAgo + 1, longAgo + 1)
  assert.equal(await (await open(folder)).digest(await facts(file.path)), sha256('two'))

  const other = await settledFile(folder, 'b', 'six')
  await utimes(other.path, longAgo + 1, longAgo + 1)
  await rename(other.path, file.path)
  assert.equal(await (await open(folder)).digest(await facts(file.path)), sha256('six'))
})

test('a file that changed just before it was read is not trusted the next time', async context => {
  const folder = temporaryFolder(context)
  const file = await settledFile(folder, 'a', 'one')
  const at = (seconds: number) => digestIndex({ folder, clock: fakeClock({ now: longAgo * 1000 + seconds * 1000 }) })
  for (const seconds of [-60, 0, 1.9]) {
    const index = await at(seconds)
    assert.equal(await reads(index, [file]), 1)
    assert.equal(await reads(await at(100), [{ ...file, size: -1 }]), 1)
    assert.deepEqual(await readdir(folder), ['a'])
  }
  assert.equal(await reads(await at(2.1), [file]), 1)
  assert.equal(await reads(await at(2.1), [file]), 0)
})

test('a file that is no longer as it was listed is not remembered', async context => {
  const folder = temporaryFolder(context)
  const listed = await settledFile(folder, 'a', 'one')
  await writeFile(listed.path, 'another one')
  await utimes(listed.path, longAgo, longAgo)
  assert.equal(await (await open(folder)).digest(listed), sha256('another one'))
  const index = await open(folder)
  assert.equal(await reads(index, [listed]), 1)
  assert.equal(await reads(index, [listed]), 1)
})

test('two that share an index keep what both learned', async context => {
  const folder = temporaryFolder(context)
  const [a, b] = [await settledFile(folder, 'a', 'one'), await settledFile(folder, 'b', 'two')]
  const [first, second] = [await open(folder), await open(folder)]
  await first.digestAll([a])
  await second.digestAll([b])
  assert.equal(await reads(await open(folder), [a, b]), 0)
})

test('what was read is kept when it ends before time', async context => {
  const folder = temporaryFolder(context)
  const files: FileFacts[] = []
  for (let i = 0; i < 20; i++) files.push(await settledFile(folder, `f${i}`, String(i)))
  const stop = new AbortController()
  let seen = 0
  const progress = (): void => {
    if (++seen === 8) stop.abort(new Interrupted())
  }
  await assert.rejects((await open(folder)).digestAll(files, { signal: stop.signal, progress }), Interrupted)
  const left = await reads(await open(folder), files)
  assert.ok(left > 0 && left <= 12, `${left} left`)
})

test('a film that is gone is a problem that names it, and what was read stays', async context => {
  const folder = temporaryFolder(context)
  const [a, b] = [await settledFile(folder, 'a', 'one'), await settledFile(folder, 'b', 'two')]
  await rm(b.path)
  const gone = (error: unknown): boolean =>
    error instanceof Problem && error.message.endsWith('b": there is no such file any more')
  await assert.rejects((await open(folder)).digestAll([a, b]), gone)
  assert.equal(await reads(await open(folder), [a]), 0)
})

test('progress tells of the files that are read, up to all of them', async context => {
  const folder = temporaryFolder(context)
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(name => settledFile(folder, name, name)))
  const index = await open(folder)
  await index.digest(a!)
  const events: ProgressEvent[] = []
  await index.digestAll([a!, b!, c!], { progress: event => events.push(event) })
  assert.deepEqual(
    events.map(event => event.kind === 'progress' && [event.done, event.total]),
    [
      [1, 2],
      [2, 2],
    ],
  )
})

test('large and empty files have the digest of all their bytes', async context => {
  const folder = temporaryFolder(context)
  const large = 'x'.repeat((2 << 20) + 17)
  const files = [await settledFile(folder, 'large', large), await settledFile(folder, 'empty', '')]
  assert.deepEqual([...(await (await open(folder)).digestAll(files)).values()], [sha256(large), sha256('')])
})

test('an index that is damaged is forgotten, one of a newer Chestnut is refused', async context => {
  const folder = temporaryFolder(context)
  const file = await settledFile(folder, 'a', 'one')
  await (await open(folder)).digestAll([file])
  const path = join(folder, 'state', 'digests.json')
  const content = await readFile(path, 'utf8')
  for (const damaged of [content.slice(0, -9), '', '[]', '{"files":3}', content.replace(`"${sha256('one')}"`, '7')]) {
    await writeFile(path, damaged)
    assert.equal(await reads(await open(folder), [file]), 1)
    assert.equal(await reads(await open(folder), [file]), 0)
  }
  await writeFile(path, content.replace('digests/1', 'digests/2'))
  await assert.rejects(open(folder), /written by a newer Chestnut/)
})

test('a full or read-only disk is a problem with a sentence', { skip: needMounts() }, async context => {
  const folder = temporaryFolder(context)
  const file = await settledFile(folder, 'a', 'one')
  const full = smallDisk(4096)
  context.after(full.unmount)
  await writeFile(join(full.folder, 'filler'), new Uint8Array(4096)).catch(() => undefined)
  const closed = readOnly(join(folder, 'closed'))
  context.after(closed.unmount)
  for (const [state, why] of [
    [full.folder, /the disk is full/],
    [join(full.folder, 'deeper'), /the disk is full/],
    [closed.folder, /read-only/],
    [join(closed.folder, 'deeper'), /read-only/],
  ] as const) {
    const index = await digestIndex({ folder: state, clock: fakeClock() })
    await assert.rejects(
      index.digestAll([file]),
      (error: unknown) => error instanceof Problem && why.test(error.message),
    )
  }
})

test('the digests are those of sha256sum', async context => {
  const folder = temporaryFolder(context)
  const file = await settledFile(folder, 'a', 'Röntgen\n')
  const { stdout } = spawnSync('sha256sum', [file.path], { encoding: 'utf8' })
  assert.equal(await (await open(folder)).digest(file), stdout.slice(0, 64))
})
