import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { random } from '../../core/index.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { type FakeScaleway, fakeScaleway, scriptedFaults, seededFaults } from '../../testing/fake-scaleway/index.ts'
import { type OpenProvider, providerContract } from '../provider.contract.ts'
import type { Offer } from '../provider.ts'
import { ScalewayAccess } from './access.ts'
import { scalewayProvider } from './scaleway-provider.ts'

const cloudInit = '#cloud-config\n'
const authorizedKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0 someone@somewhere'

interface Opened extends OpenProvider {
  readonly fake: FakeScaleway
}

/** @param choose which of the offers is ordered. Default: the cheapest. */
async function open(
  context: TestContext,
  choose: (offers: readonly Offer[]) => Offer | undefined = offers => offers[0],
): Promise<Opened> {
  const clock = fakeClock({ hurries: true })
  const fake = await fakeScaleway({ clock })
  context.after(() => fake[Symbol.asyncDispose]())
  const connect = (name: string) => scalewayProvider({ access: accessOf(fake), clock, random: random(1, name) })
  const provider = connect('here')
  let refused = 0
  return {
    fake,
    provider,
    elsewhere: connect('there'),
    clock,
    order: async marks => {
      const offer = choose(await provider.offers({}))
      assert.ok(offer)
      return { offer, stage: 'train', marks, cloudInit, authorizedKey }
    },
    faults: {
      outage: {
        begin: () =>
          fake.setFaults(() => {
            refused++
            return { kind: 'error', status: 503 }
          }),
        end: () => fake.setFaults(undefined),
        refused: () => refused,
      },
      loseAnswer: () =>
        fake.setFaults(scriptedFaults([{ call: 'createServer', when: 'after', fault: { kind: 'drop' } }])),
      sellOut: () => fake.sellOut(),
      leaveBehind: async run => {
        const server = (await provider.find(run))!
        fake.loseServer(server.id)
      },
    },
  }
}

function accessOf({ access }: FakeScaleway): ScalewayAccess {
  const { accessKey, secretKey, apiURL, defaultProjectId } = access
  return new ScalewayAccess({ accessKey, secretKey, apiURL, projectId: defaultProjectId })
}

providerContract('scalewayProvider() with block storage', context =>
  open(context, offers => offers.find(offer => offer.type === 'PLAY2-MICRO')),
)
