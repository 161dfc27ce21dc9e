import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { forEachAtOnce, packageRoot, systemClock } from '../../core/index.ts'
import { bootNamespace, type NamespaceMachine, needNamespaces } from '../../testing/index.ts'
import { followLog } from '../agent/follow-log.ts'
import { startJob } from '../agent/start-job.ts'
import type { Shell } from '../shell.ts'
import { connect } from './connect.ts'
import { LinkLost, WrongHostKey } from './ssh-errors.ts'

/** Seconds that the link is down: `CHESTNUT_LINK_CUT=120 node scripts/test.mjs link` cuts it for two minutes. */
const cut = Number(process.env['CHESTNUT_LINK_CUT'] ?? '6')

describe('a machine behind a link', { skip: needNamespaces(), concurrency: true }, () => {
  test('a man in the middle is refused before the login, in 100 of 100 tries', async context => {
    const machine = await booted(context)
    const middle = await booted(context)
    const { privateKey } = machine.key
    middle.takeOver(machine.address.host)
    let refused = 0
    await forEachAtOnce(Array.from({ length: 100 }), 10, async () => {
      await assert.rejects(connect(machine.address, { privateKey, timeout: 60_000 }), error => {
        assert.ok(error instanceof WrongHostKey, String(error))
        assert.ok(error.message.endsWith(`its host key is "${middle.hostKeys[0]}", wanted "${machine.hostKeys[0]}"`))
        return true
      })
      refused++
    })
    assert.equal(refused, 100)
    assert.equal(middle.log().match(/^Connection from /gm)?.length, 100)
    assert.equal(machine.log().match(/^Connection from /gm), null)
    // What a login begins with.
    assert.doesNotMatch(middle.log(), /userauth|SSH2_MSG_SERVICE_REQUEST/)
  })

  test('the same search finds a login in the log of a machine that was let in', async context => {
    const machine = await booted(context)
    await using shell = await connect(machine.address, { privateKey: machine.key.privateKey })
    assert.equal((await shell.run(['hostname'])).lines[0], 'machine')
    assert.match(machine.log(), /userauth|SSH2_MSG_SERVICE_REQUEST/)
  })

  test('a machine whose link is cut is noticed within five seconds', async context => {
    const machine = await booted(context)
    const shell = await connect(machine.address, { privateKey: machine.key.privateKey })
    const waiting = shell.run(['sleep', '60'])
    // The answer to this one says that the other has begun.
    await shell.run(['true'])
    machine.linkDown()
    const start = performance.now()
    await assert.rejects(waiting, LinkLost)
    const seconds = (performance.now() - start) / 1000
    context.diagnostic(`noticed after ${seconds.toFixed(1)} s`)
    assert.ok(seconds <= 5, `${seconds} s`)
    await shell.close()
  })

  test(`a link that is cut for ${cut} s, and for less than that is noticed, loses and doubles no line`, async context => {
    const machine = await booted(context)
    const { privateKey } = machine.key
    const connected = (): Promise<Shell> => connect(machine.address, { privateKey })
    const seconds = cut + 6
    const script = `i=0; while [ $i -lt ${seconds * 20} ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done`
    const folder = join(machine.home, 'job')
    await using shell = await connected()
    await startJob(shell, { folder, agent: [process.execPath, agentMain], job: jobOf(script, seconds * 10) })
    const losses: string[] = []
    const texts: string[] = []
    const following = followLog(connected, folder, { clock: systemClock, onLost: why => losses.push(why.message) })
    const cuts = [
      { at: 20, seconds: 1 },
      { at: 80, seconds: cut },
    ]
    let longest = 0
    let last = performance.now()
    for (let next = await following.next(); !next.done; next = await following.next()) {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      texts.push(next.value.text)
      const now = cuts.find(one => one.at === next.value.number)
      if (now === undefined) continue
      machine.linkDown()
      setTimeout(() => machine.linkUp(), now.seconds * 1000)
    }
    assert.deepEqual(
      texts,
      Array.from({ length: seconds * 20 }, (_, i) => `line ${i + 1}`),
    )
    context.diagnostic(`${texts.length} lines, ${losses.length} connections lost, ${(longest / 1000).toFixed(1)} s of silence at most`)
    assert.ok(losses.length >= 1 && longest >= cut * 1000, `${losses.length} lost, ${longest} ms`)
  })
})

const agentMain = join(packageRoot(), 'dist/src/machines/agent/main.js')

async function booted(context: TestContext): Promise<NamespaceMachine> {
  const machine = await bootNamespace()
  context.after(() => machine.stop())
  return machine
}

function jobOf(script: string, seconds: number) {
  const now = Date.now()
  const end = now + seconds * 1000
  return {
    format: 'chestnut.job/1',
    run: 'c0ffee123456',
    words: ['sh', '-c', script],
    folder: '/',
    environment: [],
    now,
    deadline: end,
    limit: end,
    heartbeat: 1000,
    grace: 1000,
  } as const
}
