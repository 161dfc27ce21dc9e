import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sha256 } from '../core/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { claimed } from './claim.ts'
import { thisOwner } from './owner.ts'

function claimOf(path: string, version: string, number: number): string {
  return join(path, '..', `.chestnut-claim-${sha256(`${path}\n${version}`).slice(0, 32)}-${number}`)
}

const deadProcess = spawnSync(process.execPath, ['--version']).pid

test('claimed() lets one in at a time, and leaves nothing', async context => {
  const path = join(temporaryFolder(context), 'k')
  const inside = await claimed(path, 'v', async () => {
    assert.equal(await claimed(path, 'v', () => Promise.reject(new Error('never'))), false)
    assert.equal(await claimed(path, 'another version', async () => true), true)
    return true
  })
  assert.equal(inside, true)
  assert.deepEqual(await readdir(join(path, '..')), [])
})

test('claimed() gives the claim back when the work fails or changes nothing', async context => {
  const path = join(temporaryFolder(context), 'k')
  await assert.rejects(
    claimed(path, 'v', () => Promise.reject(new Error('disk'))),
    /disk/,
  )
  assert.equal(await claimed(path, 'v', async () => false), false)
  assert.equal(await claimed(path, 'v', async () => true), true)
  assert.deepEqual(await readdir(join(path, '..')), [])
})

test('claimed() goes on after a process that was killed, and clears up once the version is gone', async context => {
  const path = join(temporaryFolder(context), 'k')
  const owner = JSON.stringify({ host: thisOwner().host, process: deadProcess })
  for (const number of [1, 2]) await writeFile(claimOf(path, 'v', number), owner)
  assert.equal(await claimed(path, 'v', async () => false), false)
  // Nothing was changed: the numbers of the dead must not become free.
  assert.equal((await readdir(join(path, '..'))).length, 2)
  assert.equal(await claimed(path, 'v', async () => true), true)
  assert.deepEqual(await readdir(join(path, '..')), [])
})

test('claimed() waits neither for the living nor for other machines, unless they have been silent for long', async context => {
  const path = join(temporaryFolder(context), 'k')
  const claim = claimOf(path, 'v', 1)
  for (const owner of [
    { ...thisOwner(), process: process.ppid },
    { host: '00000000', process: 1 },
  ]) {
    await writeFile(claim, JSON.stringify(owner))
    assert.equal(await claimed(path, 'v', async () => true), false)
  }
  const longAgo = Date.now() / 1000 - 2 * 3600
  await utimes(claim, longAgo, longAgo)
  assert.equal(await claimed(path, 'v', async () => true), true)
})

test('claimed() takes a claim without a name for dead after some seconds', async context => {
  const path = join(temporaryFolder(context), 'k')
  const claim = claimOf(path, 'v', 1)
  await writeFile(claim, '')
  assert.equal(await claimed(path, 'v', async () => true), false)
  const before = Date.now() / 1000 - 20
  await utimes(claim, before, before)
  assert.equal(await claimed(path, 'v', async () => true), true)
})
