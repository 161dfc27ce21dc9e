import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noProgress } from '../../core/index.ts'
import { machineEvent } from '../../machines/index.ts'
import { fileStore } from '../../store/index.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { parseConfig } from '../config.ts'
import { openMachines } from '../machines.ts'
import type { Workspace } from '../workspace.ts'
import { renting } from './renting.ts'
import { runKey } from './run-key.ts'

const run = '0123456789ab'
const hostKey = `SHA256:${'A'.repeat(43)}`

test('a run that was begun on another computer is left alone: who cannot log in must not give its machine back', async context => {
  const clock = fakeClock()
  const config = parseConfig({
    machines: { own: { kind: 'ssh', host: '192.0.2.1', user: 'root', hostKey, identity: 'key' } },
  })
  const store = fileStore(temporaryFolder(context))
  const open = (state: string): Parameters<typeof renting> => {
    const machines = openMachines(config, state, { clock, store })
    const signal = new AbortController().signal
    const workspace = { config, clock, store, state, signal, progress: noProgress } as unknown as Workspace
    return [workspace, { machines, on: 'own' }, { run, stage: 'train' }]
  }
  const mine = temporaryFolder(context)
  const others = temporaryFolder(context)
  await runKey(mine, run)
  const price = { perUnit: 0, unit: 'hour', volumePerHour: 0, addressPerHour: 0 } as const
  const intent = { kind: 'intent', type: 'own', zone: 'own', price, deadline: 1, limit: 2, worst: 0 } as const
  const begun = machineEvent({ run, stage: 'train', provider: 'own', by: 'one', time: 0 }, intent)
  await open(mine)[1].machines.journal.append(run, () => begun)
  await assert.rejects(renting(...open(others)), {
    name: 'Misuse',
    message: /^Cannot go on with run "0123456789ab" on "own": it was begun on another computer/,
    next: `go on there, or end it: chestnut machines stop chestnut-train-${run}`,
  })
  assert.equal((await renting(...open(mine))).rentOptions.run, run)
})
