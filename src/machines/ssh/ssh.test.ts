import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { Interrupted, Misuse, Problem, random, systemClock } from '../../core/index.ts'
import { fakeClock, needSshd, type Sshd, startSshd } from '../../testing/index.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import type { Shell } from '../shell.ts'
import { connect } from './connect.ts'
import { newKeyPair } from './key-pair.ts'
import { quote } from './quote.ts'
import { LinkLost, LoginRefused, WrongHostKey } from './ssh-errors.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const skip = needSshd()

test('every word reaches a command as it is, whatever stands in it', () => {
  const word = fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0') && !/[\ud800-\udfff]/u.test(text))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), words => {
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${quote(words)}`], { encoding: 'utf8' })
      assert.deepEqual(stdout.split('\0').slice(0, -1), words)
    }),
    { numRuns: 40 },
  )
  assert.throws(() => quote([]), Misuse)
  assert.throws(() => quote(['a\0b']), Misuse)
})

describe('a shell over a real sshd', { skip }, () => {
  let sshd: Sshd
  before(async () => {
    sshd = await startSshd()
  })
  after(() => sshd.stop())

  async function shellFor(context: TestContext): Promise<Shell> {
    const shell = await connect(sshd.address, { privateKey: sshd.key.privateKey })
    context.after(() => shell.close())
    return shell
  }

  test('runs a command and tells its lines, its errors and its status', async context => {
    const shell = await shellFor(context)
    const script = 'printf "one\\ntwo"; echo "no $1" >&2; exit 3'
    assert.deepEqual(await shell.run(['sh', '-c', script, 'sh', "it's; $(id) `id`"]), {
      lines: ['one', 'two'],
      errors: ["no it's; $(id) `id`"],
      status: 3,
    })
    assert.deepEqual(await shell.run(['cat'], { input: 'größe\n' }), { lines: ['größe'], errors: [], status: 0 })
    assert.equal((await shell.run(['sh', '-c', 'kill -KILL $$'])).status, 137)
    assert.equal((await shell.run(['true'], { input: 'x'.repeat(1 << 20) })).status, 0)
  })

  test('follows lines as they come, and a command whose reader leaves finds its output closed', async context => {
    const shell = await shellFor(context)
    const seen: string[] = []
    let status: number | undefined
    const lines = shell.follow(['sh', '-c', 'echo a; echo b; printf c; exit 4'])
    for (;;) {
      const next = await lines.next()
      if (next.done) status = next.value
      else seen.push(next.value)
      if (next.done) break
    }
    assert.deepEqual([seen, status], [['a', 'b'], 4])
    let pid = 0
    for await (const line of shell.follow(['sh', '-c', 'echo $$; exec tail -f /dev/null'])) {
      pid = Number(line)
      break
    }
    await until(() => !existsSync(`/proc/${pid}`))
  })

  test('a command that does not answer is given up, and the shell goes on', async context => {
    const shell = await shellFor(context)
    const late = 'Problem: Cannot wait for "sleep" on "127.0.0.1": no answer within 0.5 s'
    await assert.rejects(shell.run(['sleep', '20'], { timeout: 500 }), error => String(error) === late)
    const stop = new AbortController()
    const waiting = shell.run(['sleep', '20'], { signal: stop.signal })
    stop.abort()
    await assert.rejects(waiting, Interrupted)
    assert.equal((await shell.run(['true'])).status, 0)
  })

  test('moves files there and back whole, with every size, and never half', async context => {
    const shell = await shellFor(context)
    const folder = temporaryFolder(context)
    const file = (name: string): string => join(folder, name)
    const draw = random(5, 'bytes')
    for (const size of [0, 1, 256 * 1024, 5_000_003]) {
      writeFileSync(
        file('from'),
        Buffer.from(draw.words(new Uint32Array(Math.ceil(size / 4))).buffer).subarray(0, size),
      )
      await shell.upload(file('from'), file('there'))
      await shell.download(file('there'), file('back'))
      assert.deepEqual(readFileSync(file('back')), readFileSync(file('from')), `${size} bytes`)
    }
    assert.deepEqual(readdirSync(folder).sort(), ['back', 'from', 'there'])
    const missing = `Problem: Cannot download "${file('nothing')}": there is no such file or folder`
    await assert.rejects(shell.download(file('nothing'), file('back')), error => String(error) === missing)
    await assert.rejects(
      shell.upload(file('from'), join(folder, 'no', 'such')),
      /Cannot upload to ".*": there is no such/,
    )
    await assert.rejects(shell.upload(file('nowhere'), file('there')), /there is no such file or folder$/)
  })

  test('a port of the machine is one of this side', async context => {
    const shell = await shellFor(context)
    const server = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1')
    context.after(() => server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const forward = await shell.forward((server.address() as { port: number }).port)
    assert.equal(await said(forward.port), 'hello')
    const nobody = await shell.forward(1)
    assert.equal(await said(nobody.port), '')
    await forward.close()
    await nobody.close()
  })

  test('a key that is not known there is a sentence, and so are a port without a listener and a name without a machine', async () => {
    const other = await newKeyPair()
    await assert.rejects(connect(sshd.address, { privateKey: other.privateKey }), LoginRefused)
    await assert.rejects(connect({ ...sshd.address, port: 1 }, { privateKey: other.privateKey }), {
      name: 'LinkLost',
      message: 'Cannot reach "127.0.0.1:1": nothing listens there',
    })
    await assert.rejects(connect(sshd.address, { privateKey: 'no key' }), Misuse)
    await assert.rejects(connect({ ...sshd.address, hostKeys: [] }, { privateKey: other.privateKey }), Misuse)
  })

  test('a wrong host key is told with the right one, and nothing is said to the stranger', async () => {
    const address = { ...sshd.address, hostKeys: ['SHA256:other', 'SHA256:another'] }
    const before = sshd.log().length
    await assert.rejects(connect(address, { privateKey: sshd.key.privateKey }), error => {
      assert.ok(error instanceof WrongHostKey)
      const [found = ''] = sshd.address.hostKeys
      assert.ok(error.message.endsWith(`its host key is "${found}", wanted "SHA256:other" or "SHA256:another"`))
      return true
    })
    assert.doesNotMatch(sshd.log().slice(before), /userauth/)
  })

  test('a peer that does not answer any more is noticed within five seconds, and everything ends with it', async context => {
    const shell = await shellFor(context)
    const [pid = ''] = (await shell.run(['sh', '-c', 'echo $PPID'])).lines
    const forward = await shell.forward(1)
    const waiting = [shell.run(['sleep', '20']), shell.follow(['sleep', '20']).next()]
    process.kill(Number(pid), 'SIGSTOP')
    context.after(() => process.kill(Number(pid), 'SIGKILL'))
    const start = performance.now()
    for (const one of waiting) {
      await assert.rejects(one, { name: 'LinkLost', message: /is lost: it does not answer any more$/ })
    }
    const seconds = (performance.now() - start) / 1000
    assert.ok(seconds < 5, `${seconds} s`)
    await assert.rejects(shell.run(['true']), LinkLost)
    await assert.rejects(said(forward.port), /ECONNREFUSED/)
  })

  test('a command that is cut off has no answer, rather than a part of one', async context => {
    const shell = await shellFor(context)
    const [pid = ''] = (await shell.run(['sh', '-c', 'echo $PPID'])).lines
    const waiting = shell.run(['sh', '-c', 'echo half; exec sleep 20'])
    // The answer to this one says that the other has begun.
    await shell.run(['true'])
    process.kill(Number(pid), 'SIGKILL')
    await assert.rejects(waiting, LinkLost)
  })

  test('readiness is waited for in growing steps: the port, the login, the sentinel', async context => {
    const late = await startSshd()
    await late.stop()
    const file = join(temporaryFolder(context), 'ready')
    const clock = fakeClock({ hurries: true })
    const options = { privateKey: late.key.privateKey, clock, patience: 20_000 }
    await assert.rejects(
      waitUntilReady(late.address, options),
      /is not ready after 20 s\. Cannot reach ".*": nothing listens/,
    )
    assert.deepEqual(clock.sleeps, [500, 1000, 2000, 4000, 5000, 5000])
    const own = { ...options, privateKey: sshd.key.privateKey, sentinel: file }
    await assert.rejects(waitUntilReady(sshd.address, own), /is not ready after 20 s\. It has not made ".*" yet$/)
    setTimeout(() => writeFileSync(file, ''), 100)
    const shell = await waitUntilReady(sshd.address, { ...own, clock: systemClock })
    await shell.close()
    const stranger = { ...sshd.address, hostKeys: ['SHA256:other'] }
    await assert.rejects(waitUntilReady(stranger, { ...own, clock: fakeClock() }), WrongHostKey)
  })
})

function said(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = dial(port, '127.0.0.1')
    socket.on('data', data => {
      text += data
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
  })
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > end) throw new Problem('It did not come true within 10 s')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
