import { type Clock, type Random, random, systemClock } from '../../core/index.ts'
import type { CallOptions, Machine, Provider } from '../provider.ts'
import { findScalewayAccess, type ScalewayAccess } from './access.ts'
import { asMachine } from './as-machine.ts'
import { ScalewayClient } from './client.ts'
import { createMachine } from './create.ts'
import { destroyRun } from './destroy.ts'
import { listResources } from './list.ts'
import { scalewayOffers } from './offers.ts'
import { renewRun } from './renew.ts'
import { serversOfRun } from './survey.ts'
import { readUserData, type ServerPlace, writeUserData } from './user-data.ts'

export interface ScalewayOptions {
  /** Default: what the environment and the file of Scaleway's own tools say. */
  readonly access?: ScalewayAccess
  /** The image's label. Default: Ubuntu, with NVIDIA's driver where there is a GPU. */
  readonly image?: string
  readonly clock?: Clock
  readonly random?: Random
  /** Milliseconds that one call may take. Default 30,000. */
  readonly timeout?: number
  readonly fetch?: typeof fetch
  /** Told what a person should know and no call says: prices that are not live, an older name of a variable. */
  notice?(sentence: string): void
}

/** A provider whose machines can be told something, and tell something, without a login: their user data. */
export interface ScalewayProvider extends Provider {
  /** What a machine's user data says under a key. Undefined when there is none, or no machine. */
  readUserData(machine: ServerPlace, key: string, options?: CallOptions): Promise<string | undefined>
  /** @param text plain, below 128,000 characters, no secret: every process of root's on the machine can read it */
  writeUserData(machine: ServerPlace, key: string, text: string, options?: CallOptions): Promise<void>
}

/** Servers of Scaleway, rented by the minute or the hour and destroyed after use. */
export function scalewayProvider(options: ScalewayOptions = {}): ScalewayProvider {
  const client = openScaleway(options)
  return {
    name: 'scaleway',
    account: accountOf(client),
    now: calling => client.now(calling),
    offers: (need, calling) => scalewayOffers(client, need, { ...calling, ...noticeOf(options) }),
    create: (order, calling = {}) => createMachine(client, order, options.image, calling),
    ...sharedParts(client),
  }
}

/** What is the same for servers that are made and for those that are borrowed. */
export function sharedParts(
  client: ScalewayClient,
): Omit<ScalewayProvider, 'name' | 'account' | 'now' | 'offers' | 'create'> {
  return {
    readUserData: (machine, key, calling) => readUserData(client, machine, key, calling),
    writeUserData: (machine, key, text, calling) => writeUserData(client, machine, key, text, calling),
    find: (run, calling = {}) => findMachine(client, run, calling),
    list: (calling = {}) => listResources(client, calling),
    renew: (run, deadline, calling = {}) => renewRun(client, run, deadline, calling),
    destroy: (run, calling = {}) => destroyRun(client, run, calling),
  }
}

/** A key sees one project: the beginning of its id tells it from others. */
export function accountOf({ access }: ScalewayClient): string {
  return access.projectId.slice(0, 8)
}

export function openScaleway(options: ScalewayOptions): ScalewayClient {
  const access = options.access ?? findScalewayAccess()
  for (const warning of access.warnings) options.notice?.(warning)
  return new ScalewayClient({
    access,
    clock: options.clock ?? systemClock,
    random: options.random ?? random(Date.now(), 'scaleway'),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  })
}

async function findMachine(client: ScalewayClient, run: string, calling: CallOptions): Promise<Machine | undefined> {
  const [oldest] = await serversOfRun(client, run, calling)
  return oldest && (await asMachine(client, oldest, calling))
}

function noticeOf({ notice }: ScalewayOptions): Pick<ScalewayOptions, 'notice'> {
  return notice === undefined ? {} : { notice }
}
