import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem, systemClock } from '../../core/index.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type OpenProvider, providerContract } from '../provider.contract.ts'
import type { Machine, Provider } from '../provider.ts'
import { local } from './local.ts'
import { localShell } from './local-shell.ts'
import { processesOf } from './processes.ts'

providerContract('local()', async (context: TestContext): Promise<OpenProvider> => {
  const clock = fakeClock({ hurries: true })
  const folder = temporaryFolder(context)
  const provider = local({ folder, clock })
  return {
    provider,
    elsewhere: local({ folder, clock }),
    clock,
    order: async marks => orderOf(provider, marks.run, marks),
    faults: { leaveBehind: run => rename(join(folder, run), join(folder, `.gone-${run}-000000000000`)) },
  }
})

const run = '0123456789ab'
const minute = 60_000

test('what was started on a local machine ends with it, whoever its parent is', async context => {
  const { folder, provider, machine } = await rented(context)
  // A shell that leaves a child in a session of its own, as daemons do.
  const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
    { detached: true, stdio: 'ignore' }).unref(); console.log('started'); setInterval(() => {}, 1000)`
  const lines = localShell(machine, folder).follow([process.execPath, '-e', script])
  await lines.next()
  assert.equal((await processesOf(machine.id)).length, 2)
  await provider.destroy(run)
  assert.deepEqual(await processesOf(machine.id), [])
  await lines.return(0)
})

test('nothing is started on a local machine that is gone', async context => {
  const { folder, provider, machine } = await rented(context)
  await provider.destroy(run)
  await assert.rejects(localShell(machine, folder).run([process.execPath, '-e', '']), Problem)
})

test('a process that writes all the time does not keep its machine', async context => {
  const { folder, provider, machine } = await rented(context)
  const script = `let i = 0; setInterval(() => require('node:fs').writeFileSync('file-' + i++, 'x'), 0); console.log('writing')`
  const lines = localShell(machine, folder).follow([process.execPath, '-e', script])
  await lines.next()
  await provider.destroy(run)
  assert.deepEqual(await provider.list(), [])
  await lines.return(0)
})

async function rented(
  context: TestContext,
): Promise<{ readonly folder: string; readonly provider: Provider; readonly machine: Machine }> {
  const folder = temporaryFolder(context)
  const provider = local({ folder, clock: systemClock })
  context.after(() => provider.destroy(run))
  return { folder, provider, machine: await provider.create(await orderOf(provider, run)) }
}

async function orderOf(provider: Provider, of: string, marks?: Machine['marks']) {
  const [offer] = await provider.offers({})
  const now = await provider.now()
  const fallback = { owner: 'test', run: of, deadline: now + 20 * minute, limit: now + 60 * minute }
  return { offer: offer!, stage: 'train', marks: marks ?? fallback, cloudInit: '', authorizedKey: '' }
}
