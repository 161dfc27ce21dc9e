import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, random } from '../../core/index.ts'
import { accessOf, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { ownUserData } from './own-user-data.ts'
import { scalewayProvider } from './scaleway-provider.ts'

const run = '0123456789ab'

test('a machine and whoever holds a key tell each other something by its user data', async context => {
  const { fake, clock, order } = await open(context)
  const provider = scalewayProvider({ access: accessOf(fake), clock })
  const marks = { owner: 'o', run, deadline: clock.now() + 1e6, limit: clock.now() + 1e6 }
  const machine = await provider.create(await order(marks))
  await clock.advance(10_000)
  await provider.find(run)
  const own = ownUserData({ url: fake.metadataOf(machine.id), random: random(1, 'test') })
  assert.equal(await own.read('lease'), undefined)
  await provider.writeUserData(machine, 'lease', 'until noon')
  assert.equal(await own.read('lease'), 'until noon')
  await own.write('heartbeat', '12 €')
  assert.equal(await provider.readUserData(machine, 'heartbeat'), '12 €')
  assert.equal(await provider.readUserData(machine, 'nothing'), undefined)
  await assert.rejects(own.write('a/b', 'x'), Problem)
  await provider.destroy(run)
  assert.equal(await provider.readUserData(machine, 'heartbeat'), undefined)
})
