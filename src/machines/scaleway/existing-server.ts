import { Misuse, Problem } from '../../core/index.ts'
import { checkOrder } from '../check-order.ts'
import { OutOfStock } from '../machine-errors.ts'
import { pauses } from '../pauses.ts'
import type { CallOptions, Machine, Need, Offer, Order } from '../provider.ts'
import { asMachine } from './as-machine.ts'
import { type Asking, allZones, type ScalewayClient } from './client.ts'
import { borrowingTags, marksOf } from './marks.ts'
import { scalewayOffers } from './offers.ts'
import { getServer, powerOn } from './power-on.ts'
import { isGone } from './remove.ts'
import {
  accountOf,
  openScaleway,
  type ScalewayOptions,
  type ScalewayProvider,
  sharedParts,
} from './scaleway-provider.ts'
import type { ScalewayServer } from './survey.ts'

export interface ExistingOptions extends Omit<ScalewayOptions, 'image'> {
  /** The server's id, as "scw instance server list" shows it. */
  readonly id: string
  /** Where it is. Default: it is looked for. */
  readonly zone?: string
}

/** Looks at a server that is being powered off: that takes most of a minute. */
const mostLooks = 60

/**
 * One rented server of somebody's, powered on for a run and off after it, never destroyed. It differs from a machine that is made:
 * there is one of it; its volume is its owner's, paid for in any case; what a machine does when it first starts is not done again.
 */
export function existingServer(options: ExistingOptions): ScalewayProvider {
  if (!/^[0-9a-f-]{36}$/.test(options.id)) {
    throw new Misuse(`Cannot use the server "${options.id}": wanted its id, as "scw instance server list" shows it`)
  }
  const client = openScaleway(options)
  return {
    // Its place is Scaleway, as of those that are made: one list, one sweep, one ledger.
    name: 'scaleway',
    account: accountOf(client),
    now: calling => client.now(calling),
    offers: (need, calling = {}) => offersOf(client, options, need, calling),
    create: (order, calling = {}) => borrow(client, options, order, calling),
    ...sharedParts(client),
  }
}

/** The server itself, if it fits. */
async function offersOf(
  client: ScalewayClient,
  place: ExistingOptions,
  need: Need,
  asking: Asking,
): Promise<readonly Offer[]> {
  const server = await theServer(client, place, asking)
  const { zone, commercialType: type } = server
  if ((need.type ?? type) !== type || need.zones?.includes(zone) === false) return []
  // One that is marked and off was lent to a run that died before it was on: that run may go on with it.
  const lent = server.state === 'stopped' ? 'scarce' : 'none'
  const free = server.state === 'running' ? 'none' : 'available'
  const availability = marksOf(server.tags) === undefined ? free : lent
  const offers = await scalewayOffers(client, { ...need, type, zones: [zone] }, { ...asking, ...noticeOf(place) })
  return offers.map(offer => ({
    ...offer,
    availability,
    price: { ...offer.price, volumePerHour: 0 },
  }))
}

function noticeOf({ notice }: ExistingOptions): Pick<ExistingOptions, 'notice'> {
  return notice === undefined ? {} : { notice }
}

async function borrow(
  client: ScalewayClient,
  place: ExistingOptions,
  order: Order,
  options: CallOptions,
): Promise<Machine> {
  checkOrder(order)
  const server = await marked(client, await settled(client, place, options), order, options)
  const machine = await asMachine(client, await powerOn(client, server, undefined, options), options)
  if (machine === undefined) throw lost(server)
  return machine
}

/** The server with our marks: they stand before it is powered on, so that nothing runs that nobody would power off. */
async function marked(
  client: ScalewayClient,
  server: ScalewayServer,
  order: Order,
  asking: Asking,
): Promise<ScalewayServer> {
  const { run } = order.marks
  const present = marksOf(server.tags)
  if (present?.run === run) return server
  if (present !== undefined) throw new OutOfStock(server.name, server.zone)
  if (server.state !== 'stopped') {
    throw new Problem(
      `Cannot use the server "${server.name}": it is ${server.state} for something else, wanted one that is off`,
      {
        next: `scw instance server stop ${server.id} zone=${server.zone}`,
      },
    )
  }
  const { marks, stage, authorizedKey: key } = order
  const tags = [...borrowingTags(server.tags, { marks, stage, key, since: await client.now(asking) })]
  const { id: serverId, zone } = server
  await client.ask(`mark the server ${serverId}`, sdk => sdk.instance.updateServer({ serverId, zone, tags }), asking)
  // Two may have marked it at once: the later mark stands, and the other one sees so here.
  const now = await getServer(client, server, asking)
  if (marksOf(now.tags)?.run !== run) throw new OutOfStock(server.name, server.zone)
  return now
}

/** The server, once it is not on its way down. */
async function settled(client: ScalewayClient, place: ExistingOptions, asking: Asking): Promise<ScalewayServer> {
  const pause = pauses(client.clock)
  for (let looks = 0; looks < mostLooks; looks++) {
    const server = await theServer(client, place, asking)
    if (server.state !== 'stopping') return server
    await pause(asking.signal)
  }
  throw new Problem(`Cannot use the server "${place.id}": it is still being powered off`, {
    next: 'wait a few minutes, then try again',
  })
}

async function theServer(
  client: ScalewayClient,
  { id, zone }: ExistingOptions,
  asking: Asking,
): Promise<ScalewayServer> {
  const zones = zone === undefined ? allZones : [zone]
  const found = await Promise.all(
    zones.map(async one => {
      try {
        return await getServer(client, { id, zone: one }, asking)
      } catch (error) {
        if (isGone(error)) return undefined
        throw error
      }
    }),
  )
  const server = found.find(one => one !== undefined)
  if (server !== undefined) return server
  throw new Problem(`Cannot find the server "${id}" in ${zone === undefined ? 'any zone' : `"${zone}"`}`, {
    next: 'scw instance server list zone=all',
  })
}

function lost(server: ScalewayServer): Problem {
  return new Problem(`Cannot use the server "${server.name}": another run took it`, { next: 'try again' })
}
