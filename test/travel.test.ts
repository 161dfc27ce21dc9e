import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageRoot, systemClock } from '../src/core/index.ts'
import { type Archive, connect, followLog, pack, type Shell, sendArchive, startJob } from '../src/machines/index.ts'
import { needSshd, type Sshd, startSshd } from '../src/testing/index.ts'
import { tinyConfig } from './project-folder.ts'

const linux = process.platform === 'linux' ? false : 'packs the Node of this machine, which is none for Linux'
const target = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'

describe('what travels to a machine that has nothing', { skip: linux }, () => {
  let folder: string
  let archive: Archive
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chestnut-travel-'))
    const project = { 'chestnut.config.ts': Buffer.from(tinyConfig) }
    archive = await pack({ target, root: packageRoot(), node: process.execPath, project }, join(folder, 'archives'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('unpacked in an empty folder it runs the whole cycle and predicts, with nothing installed', async context => {
    const place = join(folder, 'empty')
    await mkdir(place)
    assert.equal(spawnSync('tar', ['-xzf', archive.path, '-C', place]).status, 0)
    /** Without a variable, and without a program on its path. */
    const chestnut = (...words: readonly string[]): string => {
      const options = { cwd: join(place, 'project'), env: { PATH: '/nowhere' }, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync(join(place, 'chestnut'), words, options)
      assert.equal(status, 0, stderr)
      return stdout + stderr
    }
    const start = performance.now()
    assert.match(chestnut('--version'), /^\d+\.\d+\.\d+\n$/)
    assert.match(chestnut('run'), /now in production/)
    const [data = ''] = await readdir(join(place, 'project/.chestnut/data'))
    const images = join(place, 'project/.chestnut/data', data, 'images')
    const [film = ''] = await readdir(images)
    assert.match(chestnut('predict', join(images, film)), /Pneumonia/)
    const seconds = (performance.now() - start) / 1000
    context.diagnostic(
      `${archive.files} files, ${archive.size} bytes; the cycle and a prediction in ${seconds.toFixed(1)} s`,
    )
  })

  test('over a connection it is sent unless it is there, also by two at once, and its agent runs its command line', {
    skip: needSshd(),
  }, async context => {
    const sshd: Sshd = await startSshd()
    context.after(() => sshd.stop())
    const connected = (): Promise<Shell> => connect(sshd.address, { privateKey: sshd.key.privateKey })
    await using shell = await connected()
    const start = performance.now()
    const [place = '', again] = await Promise.all(
      [1, 2].map(() => sendArchive(shell, archive, join(folder, 'machine'))),
    )
    assert.equal(again, place)
    context.diagnostic(`sent and unpacked twice at once in ${((performance.now() - start) / 1000).toFixed(1)} s`)
    const before = (await stat(join(place, 'chestnut'))).ino
    assert.equal(await sendArchive(shell, archive, join(folder, 'machine')), place)
    assert.equal((await stat(join(place, 'chestnut'))).ino, before)
    assert.deepEqual(await readdir(join(folder, 'machine')), [archive.content.slice(0, 16)])
    const now = Date.now()
    const job = {
      format: 'chestnut.job/1',
      run: 'c0ffee123456',
      words: [join(place, 'chestnut'), '--version'],
      folder: place,
      environment: [],
      now,
      deadline: now + 60_000,
      limit: now + 60_000,
      heartbeat: 1000,
      grace: 1000,
    } as const
    await startJob(shell, { folder: join(folder, 'job'), agent: [join(place, 'chestnut-agent')], job })
    const first = await followLog(connected, join(folder, 'job'), { clock: systemClock }).next()
    assert.ok(!first.done)
    assert.match(first.value.text, /^\d+\.\d+\.\d+$/)
  })

  test('what arrives damaged is not unpacked', { skip: needSshd() }, async context => {
    const sshd = await startSshd()
    context.after(() => sshd.stop())
    await using shell = await connect(sshd.address, { privateKey: sshd.key.privateKey })
    const damaged = { ...archive, sha256: '0'.repeat(64) }
    await assert.rejects(sendArchive(shell, damaged, join(folder, 'other')), /what arrived is not what was sent$/)
    assert.deepEqual(
      (await readdir(join(folder, 'other'))).filter(name => !name.endsWith('.tar.gz')),
      [],
    )
  })
})
