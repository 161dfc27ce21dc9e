import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { packageRoot } from '../../../core/index.ts'
import { fakeClock, needSshd, providerContract, type Sshd, startSshd } from '../../../testing/index.ts'
import { temporaryFolder } from '../../../testing/temporary-folder.ts'
import { followLog } from '../../agent/follow-log.ts'
import { startJob } from '../../agent/start-job.ts'
import { OutOfStock } from '../../machine-errors.ts'
import type { Marks, Order, Provider } from '../../provider.ts'
import { connect } from '../connect.ts'
import { newKeyPair } from '../key-pair.ts'
import { LoginRefused } from '../ssh-errors.ts'
import { type SshOptions, ssh } from './ssh.ts'

const minute = 60_000
const run = '0123456789ab'

describe('a machine that somebody owns', { skip: needSshd() }, () => {
  let machine: OwnMachine
  before(async () => {
    machine = await startOwnMachine()
  })
  after(() => machine.stop())

  providerContract('ssh({ atOnce: 2 })', async context => {
    const { provider, folder } = machine.provider(context, { atOnce: 2 })
    return {
      provider,
      elsewhere: machine.provider(context, { atOnce: 2, folder }).provider,
      clock: machine.clock,
      order: marks => orderOf(provider, marks),
      faults: {
        outage: machine.outage,
        leaveBehind: async run => rmSync(join(folder, 'runs', run, 'machine.json')),
      },
    }
  })

  test('one run has it at a time, and the next one is told so', async context => {
    const { provider } = machine.provider(context)
    const now = await provider.now()
    const marks = { owner: 'test', run, deadline: now + minute, limit: now + 2 * minute }
    await provider.create(await orderOf(provider, marks))
    const next = await orderOf(provider, { ...marks, run: 'ba9876543210' })
    assert.equal(next.offer.availability, 'none')
    await assert.rejects(provider.create(next), OutOfStock)
    await provider.destroy(run)
    assert.equal((await provider.create(next)).state, 'running')
  })

  test("the run's own key is let in while the run is there, and no other key is touched", async context => {
    const { provider } = machine.provider(context)
    const own = await newKeyPair()
    // The last line of a file that a person wrote may have no end.
    const before = readFileSync(machine.sshd.authorizedKeysFile, 'utf8').trimEnd()
    writeFileSync(machine.sshd.authorizedKeysFile, before)
    const now = await provider.now()
    const marks = { owner: 'test', run, deadline: now + minute, limit: now + 2 * minute }
    const { address } = await provider.create({ ...(await orderOf(provider, marks)), authorizedKey: own.publicKey })
    await using shell = await connect(address!, { privateKey: own.privateKey })
    assert.equal((await shell.run(['true'])).status, 0)
    assert.match(
      readFileSync(machine.sshd.authorizedKeysFile, 'utf8'),
      /^expiry-time="2\d{13}" ssh-ed25519 .* chestnut-run=0123456789ab$/m,
    )
    await provider.destroy(run)
    assert.equal(readFileSync(machine.sshd.authorizedKeysFile, 'utf8'), `${before}\n`)
    await assert.rejects(connect(address!, { privateKey: own.privateKey }), LoginRefused)
  })

  test('a destroyed run has no process left, and no folder', async context => {
    const { provider, folder } = machine.provider(context)
    const now = await provider.now()
    const marks = { owner: 'test', run, deadline: now + minute, limit: now + 2 * minute }
    const { address } = await provider.create(await orderOf(provider, marks))
    const connected = () => connect(address!, { privateKey: machine.sshd.key.privateKey })
    await using shell = await connected()
    const place = join(folder, 'runs', run, 'job')
    // A child that has left its group and its parent, and does not mind being asked to end.
    const script = 'setsid sh -c \'trap "" TERM; echo $$; while :; do sleep 0.1; done\' & exec sleep 60'
    await startJob(shell, {
      folder: place,
      agent: [process.execPath, join(packageRoot(), 'dist/src/machines/agent/main.js')],
      job: {
        format: 'chestnut.job/1',
        run,
        words: ['sh', '-c', script],
        folder: '/',
        environment: [],
        now,
        deadline: now + minute,
        limit: now + minute,
        heartbeat: 1000,
        grace: 500,
      },
    })
    const following = followLog(connected, place, { clock: machine.pauses })
    const first = await following.next()
    assert.ok(!first.done)
    const child = Number(first.value.text)
    const agent = Number(readFileSync(join(place, 'agent.pid'), 'utf8'))
    assert.deepEqual([runs(child), runs(agent)], [true, true])
    await provider.destroy(run)
    assert.deepEqual([runs(child), runs(agent)], [false, false])
    assert.deepEqual(await provider.list(), [])
    assert.throws(() => readFileSync(join(place, 'agent.pid')), { code: 'ENOENT' })
  })
})

interface OwnMachine {
  readonly sshd: Sshd
  /** The machine's own. */
  readonly clock: { now(): number; advance(milliseconds: number): Promise<void> }
  readonly pauses: ReturnType<typeof fakeClock>
  readonly outage: { begin(): void; end(): void; refused(): number }
  provider(
    context: TestContext,
    options?: Partial<SshOptions>,
  ): { readonly provider: Provider; readonly folder: string }
  stop(): Promise<void>
}

/** A real sshd whose clock can be moved, behind a wire that can be cut. */
async function startOwnMachine(): Promise<OwnMachine> {
  const sshd = await startSshd({ programs: { date: shiftedDate } })
  const offset = join(sshd.programs, 'offset')
  writeFileSync(offset, '0')
  const seconds = (): number => Number(readFileSync(offset, 'utf8'))
  const wire = await cuttable(sshd.address.port)
  const pauses = fakeClock({ hurries: true })
  const identity = join(sshd.programs, 'identity')
  writeFileSync(identity, sshd.key.privateKey, { mode: 0o600 })
  return {
    sshd,
    pauses,
    outage: wire,
    clock: {
      now: () => Date.now() + seconds() * 1000,
      advance: async milliseconds => writeFileSync(offset, String(seconds() + Math.round(milliseconds / 1000))),
    },
    provider: (context, options = {}) => {
      const folder = options.folder ?? join(temporaryFolder(context), 'chestnut')
      const { host, user, hostKeys } = sshd.address
      const { authorizedKeysFile: authorizedKeys } = sshd
      const hostKey = hostKeys[0]!
      const given = { host, port: wire.port, user, hostKey, identity, authorizedKeys, clock: pauses }
      return { folder, provider: ssh({ ...given, ...options, folder }) }
    },
    stop: async () => {
      wire.server.close()
      await sshd.stop()
    },
  }
}

const shiftedDate = `#!/bin/sh
case "$*" in
*@*) exec /bin/date "$@" ;;
*) exec /bin/date -d "@$(($(/bin/date +%s) + $(cat "$(dirname "$0")/offset")))" "$@" ;;
esac
`

interface Wire {
  readonly server: Server
  readonly port: number
  begin(): void
  end(): void
  refused(): number
}

async function cuttable(target: number): Promise<Wire> {
  const open = new Set<Socket>()
  let cut = false
  let refused = 0
  const server = createServer(socket => {
    if (cut) {
      refused++
      socket.destroy()
      return
    }
    const other = dial(target, '127.0.0.1')
    for (const [one, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      open.add(one)
      one.pipe(to)
      one.on('error', () => to.destroy())
      one.on('close', () => {
        open.delete(one)
        to.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    port: (server.address() as { port: number }).port,
    begin: () => {
      cut = true
      refused = 0
      for (const socket of open) socket.destroy()
    },
    end: () => {
      cut = false
    },
    refused: () => refused,
  }
}

/** What has ended may wait for its parent to notice. */
function runs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout !== '' && !stdout.startsWith('Z')
}

async function orderOf(provider: Provider, marks: Marks): Promise<Order> {
  const [offer] = await provider.offers({})
  return { offer: offer!, stage: 'train', marks, cloudInit: '', authorizedKey: '' }
}
