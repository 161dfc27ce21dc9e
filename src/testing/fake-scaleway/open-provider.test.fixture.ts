import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { random } from '../../core/index.ts'
import {
  type Offer,
  type Provider,
  ScalewayAccess,
  type ScalewayOptions,
  scalewayProvider,
} from '../../machines/index.ts'
import type { OpenProvider } from '../../machines/provider.contract.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { type FakeScaleway, type Faults, fakeScaleway, scriptedFaults } from './index.ts'

export interface Opened extends OpenProvider {
  readonly fake: FakeScaleway
  readonly clock: FakeClock
}

export interface Opening {
  /** Which of the offers is ordered. Default: the cheapest. */
  choose?(offers: readonly Offer[]): Offer | undefined
  /** What goes wrong while nothing else is said. */
  readonly faults?: Faults
  /** Default: a provider of new servers. */
  connect?(options: ScalewayOptions, fake: FakeScaleway): Provider
  readonly most?: number
}

export const cloudInit = '#cloud-config\npackage_update: false\n'
export const authorizedKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0 someone@somewhere'

/** A Scaleway of our own and two controllers that share nothing but it. */
export async function open(context: TestContext, opening: Opening = {}): Promise<Opened> {
  const clock = fakeClock({ hurries: true })
  const fake = await fakeScaleway({ clock })
  context.after(() => fake[Symbol.asyncDispose]())
  const connect = (name: string): Provider => {
    const options = { access: accessOf(fake), clock, random: random(1, name) }
    return opening.connect?.(options, fake) ?? scalewayProvider(options)
  }
  const provider = connect('here')
  const usual = opening.faults
  fake.setFaults(usual)
  let refused = 0
  return {
    fake,
    provider,
    elsewhere: connect('there'),
    clock,
    ...(opening.most === undefined ? {} : { most: opening.most }),
    order: async marks => {
      const offers = await provider.offers({})
      const offer = opening.choose === undefined ? offers[0] : opening.choose(offers)
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
        end: () => fake.setFaults(usual),
        refused: () => refused,
      },
      ...(opening.most === 1
        ? {}
        : {
            loseAnswer: () =>
              fake.setFaults(scriptedFaults([{ call: 'createServer', when: 'after', fault: { kind: 'drop' } }])),
            sellOut: () => fake.sellOut(),
            leaveBehind: async run => fake.loseServer((await provider.find(run))?.id ?? ''),
          }),
    },
  }
}

export function accessOf({ access }: FakeScaleway): ScalewayAccess {
  const { accessKey, secretKey, apiURL, defaultProjectId } = access
  return new ScalewayAccess({ accessKey, secretKey, apiURL, projectId: defaultProjectId })
}

export function ofType(type: string): (offers: readonly Offer[]) => Offer | undefined {
  return offers => offers.find(offer => offer.type === type)
}
