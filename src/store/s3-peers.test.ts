import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { need } from '../testing/needs.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { needVersitygw, versitygw } from '../testing/versitygw.ts'
import { readBytes } from './read-bytes.ts'
import { s3Store } from './s3-store.ts'

const skip = needVersitygw() || need({ command: 's3cmd', install: 'apt-get install s3cmd' })

test('what s3cmd wrote reads well, with its own keys, and the other way round', { skip }, async context => {
  await using server = await versitygw()
  const place = server.bucket()
  const folder = temporaryFolder(context)
  const { host } = new URL(server.endpoint)
  const { id, secret } = server.keys
  await writeFile(
    join(folder, '.s3cfg'),
    `[default]\naccess_key = ${id}\nsecret_key = ${secret}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`,
  )
  const s3cmd = (...words: string[]): void => {
    const { status, stderr } = spawnSync('s3cmd', ['-c', join(folder, '.s3cfg'), '-q', ...words], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  // Its keys and its endpoint come from its own file.
  await using store = await s3Store({ bucket: place.bucket, profile: 's3cmd' }, { env: {}, home: folder })
  // s3cmd sends more than 15 MiB in parts, we more than 16.
  for (const size of [0, 40_000, 17 << 20]) {
    const bytes = Buffer.from(random(size, 'peers').words(new Uint32Array(size / 4)).buffer)
    const file = join(folder, 'file')
    await writeFile(file, bytes)
    s3cmd('put', file, `s3://${place.bucket}/theirs 1+2 é/${size}`)
    await store.getFile(`theirs 1+2 é/${size}`, join(folder, 'back'))
    assert.ok(bytes.equals(await readFile(join(folder, 'back'))))
    assert.ok(bytes.equals(await readBytes(store, `theirs 1+2 é/${size}`)))
    await store.putFile(file, `ours/${size}`)
    s3cmd('get', '--force', `s3://${place.bucket}/ours/${size}`, join(folder, 'back'))
    assert.ok(bytes.equals(await readFile(join(folder, 'back'))))
  }
  server.spoil(place.bucket, `theirs 1+2 é/${17 << 20}`)
  await assert.rejects(store.getFile(`theirs 1+2 é/${17 << 20}`, join(folder, 'back')), /its bytes have changed/)
})
