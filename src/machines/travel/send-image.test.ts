import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needSshd, type Sshd, startSshd } from '../../testing/index.ts'
import type { Shell } from '../shell.ts'
import { connect } from '../ssh/connect.ts'
import { type SentImage, sendImage } from './send-image.ts'

/** It stands for a Node: whatever it runs, it says this version. */
const node = '#!/bin/sh\necho 1.2.3\n'
const packages = {
  'app/node_modules/chestnut/package.json': '{}',
  'app/node_modules/other/dev/index.js': '',
  'app/node_modules/.wh.old': '',
  'dev/null': '',
}

describe('an image on a machine', { skip: needSshd() }, () => {
  let folder: string
  let sshd: Sshd
  let shell: Shell
  let asked: string[] = []
  const served = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const bytes = served.get(request.url ?? '')
    const isAllowed = request.headers.authorization === 'Bearer let-me-in'
    response.statusCode = bytes === undefined ? 404 : isAllowed ? 200 : 401
    response.end(isAllowed ? bytes : undefined)
  })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chestnut-send-image-'))
    sshd = await startSshd()
    shell = await connect(sshd.address, { privateKey: sshd.key.privateKey })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })
  after(async () => {
    await shell?.close()
    await sshd?.stop()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  const layer = async (files: Readonly<Record<string, string>>): Promise<SentImage['layers'][number]> => {
    const root = await mkdtemp(join(folder, 'layer-'))
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
      await chmod(join(root, path), 0o755)
    }
    const bytes = execFileSync('tar', ['-czf', '-', '-C', root, '.'])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    served.set(`/${sha256}`, bytes)
    const { port } = server.address() as AddressInfo
    return { sha256, url: `http://127.0.0.1:${port}/${sha256}` }
  }
  const image = (...layers: SentImage['layers']): SentImage => ({
    reference: 'a.registry/lungs',
    sha256: createHash('sha256').update(JSON.stringify(layers)).digest('hex'),
    layers,
    size: 1000,
    authorization: 'Bearer let-me-in',
  })

  test('its Node and packages come to lie as an archive has them, and are not asked for twice', async () => {
    const machine = join(folder, 'machine')
    const sent = image(
      await layer({ 'usr/local/bin/node': 'an older one', 'etc/passwd': 'root' }),
      await layer({ 'usr/local/bin/node': node }),
      await layer(packages),
    )
    asked = []
    const place = await sendImage(shell, sent, machine, '1.2.3')
    assert.equal(asked.length, 3)
    assert.deepEqual((await readdir(place)).sort(), ['bin', 'chestnut', 'chestnut-agent', 'node_modules'])
    assert.equal(await readFile(join(place, 'bin/node'), 'utf8'), node)
    assert.deepEqual((await readdir(join(place, 'node_modules'))).sort(), ['chestnut', 'other'])
    assert.deepEqual(await readdir(join(place, 'node_modules/other/dev')), ['index.js'])
    assert.deepEqual((await shell.run([join(place, 'chestnut-agent')])).lines, ['1.2.3'])
    assert.equal(await sendImage(shell, sent, machine, '1.2.3'), place)
    assert.equal(asked.length, 3)
    const two = [1, 2].map(() => sendImage(shell, sent, join(folder, 'two'), '1.2.3'))
    assert.equal(new Set(await Promise.all(two)).size, 1)
    assert.deepEqual(await readdir(join(folder, 'two')), [sent.sha256.slice(0, 16)])
    assert.deepEqual(await readdir(machine), [sent.sha256.slice(0, 16)])
  })

  test('what is not as its digest says, holds no Chestnut, or another one, is refused and leaves nothing', async () => {
    const machine = join(folder, 'other')
    const whole = await layer({ 'usr/bin/node': node, ...packages })
    const changed = { ...whole, sha256: 'a'.repeat(64) }
    await assert.rejects(sendImage(shell, image(changed), machine, '1.2.3'), /what arrived is not what its digest says/)
    await assert.rejects(
      sendImage(shell, image(whole), machine, '1.2.4'),
      /it holds Chestnut "1\.2\.3", this is "1\.2\.4"/,
    )
    const empty = await layer({ 'usr/bin/node': node })
    await assert.rejects(sendImage(shell, image(empty), machine, '1.2.3'), /it holds no Node, or no Chestnut/)
    const dead = await layer({ 'usr/bin/node': '#!/bin/sh\nexit 3\n', ...packages })
    await assert.rejects(sendImage(shell, image(dead), machine, '1.2.3'), /its Chestnut does not start there/)
    const none = { ...image(whole), authorization: undefined }
    await assert.rejects(sendImage(shell, none, machine, '1.2.3'), /it cannot get a layer from the registry/)
    assert.deepEqual(await readdir(machine), [])
  })
})
