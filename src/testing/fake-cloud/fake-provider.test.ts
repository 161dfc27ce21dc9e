import type { TestContext } from 'node:test'
import { random } from '../../core/index.ts'
import { machineName } from '../../machines/index.ts'
import { type OpenProvider, providerContract } from '../../machines/provider.contract.ts'
import { fakeClock } from '../fake-clock.ts'
import { type CloudApi, CloudError } from './cloud-api.ts'
import { fakeCloud } from './fake-cloud.ts'
import { fakeProvider } from './fake-provider.ts'

providerContract('fakeProvider()', async (_context: TestContext): Promise<OpenProvider> => {
  const clock = fakeClock({ hurries: true })
  const cloud = fakeCloud({ now: clock.now })
  let [isOut, refused, losesAnswer] = [false, 0, false]
  const faulty = <A extends readonly unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      await turn()
      if (isOut) {
        refused++
        throw new CloudError('outage')
      }
      return call(...args)
    }
  }
  const api: CloudApi = {
    now: faulty(cloud.now),
    offers: faulty(cloud.offers),
    objects: faulty(cloud.objects),
    createServer: faulty(async request => {
      const made = await cloud.createServer(request)
      if (losesAnswer) {
        losesAnswer = false
        throw new CloudError('outage')
      }
      return made
    }),
    mark: faulty(cloud.mark),
    terminate: faulty(cloud.terminate),
    remove: faulty(cloud.remove),
  }
  const connect = (name: string) => fakeProvider({ cloud: api, clock, random: random(1, name) })
  const provider = connect('here')
  return {
    provider,
    elsewhere: connect('there'),
    clock,
    order: async marks => {
      const [offer] = await provider.offers({})
      return { offer: offer!, stage: 'train', marks, cloudInit: '#cloud-config\n', authorizedKey: 'ssh-ed25519 AAAA' }
    },
    faults: {
      outage: {
        begin: () => {
          isOut = true
        },
        end: () => {
          isOut = false
        },
        refused: () => refused,
      },
      loseAnswer: () => {
        losesAnswer = true
      },
      sellOut: cloud.sellOut,
      leaveBehind: async run => {
        const server = (await cloud.objects()).find(one => one.name === machineName('train', run))!
        await cloud.terminate(server.id)
        await clock.advance(60_000)
      },
    },
  }
})

/** As long as a call to a cloud takes, so that two callers overlap. */
function turn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
