import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { forEachAtOnce } from '../../core/index.ts'
import { bootNamespace, type NamespaceMachine, needNamespaces } from '../../testing/index.ts'
import { followThroughCuts } from '../../testing/sshd/follow-through-cuts.ts'
import { connect } from './connect.ts'
import { LinkLost, WrongHostKey } from './ssh-errors.ts'

/** Seconds that the link is down: longer than it takes to be noticed. `npm run chaos -- link` cuts it for two minutes. */
const cut = 6

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

  test(`a link that is cut for ${cut} s, and for less than is noticed, loses and doubles no line`, async context => {
    const machine = await booted(context)
    const { texts, wanted, losses, silence } = await followThroughCuts(machine, [1, cut])
    assert.deepEqual(texts, wanted)
    const seconds = (silence / 1000).toFixed(1)
    context.diagnostic(`${texts.length} lines, ${losses} connections lost, ${seconds} s of silence at most`)
    assert.ok(losses >= 1 && silence >= cut * 1000, `${losses} lost, ${silence} ms`)
  })
})

async function booted(context: TestContext): Promise<NamespaceMachine> {
  const machine = await bootNamespace()
  context.after(() => machine.stop())
  return machine
}
