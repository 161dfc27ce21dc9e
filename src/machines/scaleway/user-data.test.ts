import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../core/index.ts'
import { accessOf, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { need } from '../../testing/needs.ts'
import { writeUserData } from '../agent/user-data.ts'
import { scalewayProvider } from './scaleway-provider.ts'

const run = '0123456789ab'
// A machine writes from a port below 1024.
const skip = need({ root: true, install: 'run the tests as root' })

test('what a machine writes into its user data is read by whoever holds a key, without a login', {
  skip,
}, async context => {
  const { fake, clock, order } = await open(context)
  const provider = scalewayProvider({ access: accessOf(fake), clock })
  const marks = { owner: 'o', run, deadline: clock.now() + 1e6, limit: clock.now() + 1e6 }
  const machine = await provider.create(await order(marks))
  await clock.advance(10_000)
  await provider.find(run)
  const at = (key: string): string => `${fake.metadataOf(machine.id)}/user_data/${key}`
  assert.equal(await provider.readUserData(machine, 'heartbeat'), undefined)
  await writeUserData(at('heartbeat'), '12 €')
  assert.equal(await provider.readUserData(machine, 'heartbeat'), '12 €')
  await provider.writeUserData(machine, 'heartbeat', 'until noon')
  assert.equal(await provider.readUserData(machine, 'heartbeat'), 'until noon')
  await assert.rejects(writeUserData(at('a%2Fb'), 'x'), Problem)
  await provider.destroy(run)
  assert.equal(await provider.readUserData(machine, 'heartbeat'), undefined)
})
