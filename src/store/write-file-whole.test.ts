import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { needMounts, readOnly, smallDisk } from '../testing/mounts.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { thisOwner } from './owner.ts'
import { writeFileWhole } from './write-file-whole.ts'

test('writeFileWhole() writes texts and bytes, and leaves nothing else', async context => {
  const folder = temporaryFolder(context)
  await writeFileWhole(join(folder, 'a.txt'), 'Röntgen')
  await writeFileWhole(join(folder, 'a.bin'), Uint8Array.of(1, 2))
  await writeFileWhole(join(folder, 'a.txt'), 'new')
  assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), 'new')
  assert.deepEqual([...(await readFile(join(folder, 'a.bin')))], [1, 2])
  assert.deepEqual((await readdir(folder)).sort(), ['a.bin', 'a.txt'])
})

test('writeFileWhole() leaves the old bytes when the disk fills up', { skip: needMounts() }, async context => {
  const disk = smallDisk(64 * 1024)
  context.after(disk.unmount)
  const path = join(disk.folder, 'a.txt')
  await writeFileWhole(path, 'old')
  await assert.rejects(writeFileWhole(path, new Uint8Array(256 * 1024)), /Cannot write ".*a\.txt": the disk is full/)
  assert.equal(await readFile(path, 'utf8'), 'old')
  assert.deepEqual(await readdir(disk.folder), ['a.txt'])
})

test('writeFileWhole() says that a folder is read-only, missing or a file', { skip: needMounts() }, async context => {
  const folder = temporaryFolder(context)
  const mount = readOnly(join(folder, 'original'))
  context.after(mount.unmount)
  await writeFile(join(folder, 'file'), 'x')
  await mkdir(join(folder, 'folder'))
  const refused: readonly (readonly [string, RegExp])[] = [
    [join(mount.folder, 'a'), /read-only/],
    [join(folder, 'nowhere', 'a'), /there is no such file or folder/],
    [join(folder, 'file', 'a'), /a part of the path is a file/],
    [join(folder, 'folder'), /it is a folder/],
  ]
  for (const [path, why] of refused) {
    await assert.rejects(
      writeFileWhole(path, 'x'),
      (error: unknown) => error instanceof Problem && why.test(error.message),
    )
  }
  assert.deepEqual((await readdir(folder)).sort(), ['file', 'folder', 'original'])
})

test('writeFileWhole() sweeps what a killed process left beside its file', async context => {
  const folder = temporaryFolder(context)
  const gone = spawnSync(process.execPath, ['--version']).pid
  await writeFile(join(folder, `.chestnut-${thisOwner().host}-${gone}-0-0.tmp`), 'half')
  await writeFileWhole(join(folder, 'a'), 'whole')
  assert.deepEqual(await readdir(folder), ['a'])
})

test('writeFileWhole() many times at once leaves one of the texts, whole', async context => {
  const folder = temporaryFolder(context)
  const texts = [...Array(20).keys()].map(i => String(i).repeat(10_000))
  await Promise.all(texts.map(text => writeFileWhole(join(folder, 'a'), text)))
  assert.ok(texts.includes(await readFile(join(folder, 'a'), 'utf8')))
  assert.deepEqual(await readdir(folder), ['a'])
})

test('writeFileWhole() of one file after the other does not hinder those who do the same beside it', async context => {
  const folder = temporaryFolder(context)
  const name = (writer: number, i: number): string => `${writer}-${i}`
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let i = 0; i < 15; i++) await writeFileWhole(join(folder, name(writer, i)), name(writer, i))
  })
  await Promise.all(writers)
  const names = await readdir(folder)
  assert.equal(names.length, 60)
  for (const one of names) assert.equal(await readFile(join(folder, one), 'utf8'), one)
})
