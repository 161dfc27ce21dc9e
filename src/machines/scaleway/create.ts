import { Problem, throwIfAborted } from '../../core/index.ts'
import { checkOrder } from '../check-order.ts'
import { OutOfStock } from '../machine-errors.ts'
import { pauses } from '../pauses.ts'
import type { CallOptions, Machine, Order } from '../provider.ts'
import { asMachine } from './as-machine.ts'
import type { Asking, ScalewayClient } from './client.ts'
import { destroyServer } from './destroy.ts'
import { imageId, usualImage } from './images.ts'
import { keyTag, tagsOf } from './marks.ts'
import { powerOn } from './power-on.ts'
import { ScalewayProblem } from './refusals.ts'
import { rootVolume } from './root-volume.ts'
import { serverTypes } from './server-types.ts'
import { type ScalewayServer, serversOfRun } from './survey.ts'

/** Looks until a run that is being destroyed is gone: some minutes. */
const mostLooks = 60
/** Attempts to make a server whose answers get lost. */
const mostAttempts = 5

/**
 * Makes the run's machine, or finds it. No call of Scaleway's can be repeated safely, so each attempt to make one begins, and ends, with
 * looking what is there: of several the oldest stays.
 *
 * @param image a label. Default: Ubuntu.
 */
export async function createMachine(
  client: ScalewayClient,
  order: Order,
  image: string | undefined,
  options: CallOptions,
): Promise<Machine> {
  const name = checkOrder(order)
  const { run } = order.marks
  let [server, ...others] = await settledServers(client, run, options)
  if (server === undefined) {
    await makeServer(client, order, name, image, options)
    ;[server, ...others] = await serversOfRun(client, run, options)
  }
  await Promise.all(others.map(other => destroyServer(client, other, options)))
  if (server === undefined) throw vanished(name)
  return await started(client, server, order, options)
}

/** The run's servers. One that is on its way down is waited for: it cannot be taken over. */
async function settledServers(client: ScalewayClient, run: string, asking: Asking): Promise<readonly ScalewayServer[]> {
  const pause = pauses(client.clock)
  for (let looks = 0; looks < mostLooks; looks++) {
    const servers = await serversOfRun(client, run, asking)
    if (servers.every(server => server.state !== 'stopping')) return servers
    await pause(asking.signal)
  }
  throw new Problem(`Cannot rent a machine for "${run}": the one that it had is still on its way down`, {
    next: 'wait a few minutes, then try again',
  })
}

/** Returns once a server of the run is known to have been made. */
async function makeServer(
  client: ScalewayClient,
  order: Order,
  name: string,
  image: string | undefined,
  asking: Asking,
): Promise<void> {
  const request = await requestOf(client, order, name, image, asking)
  const pause = pauses(client.clock)
  for (let attempt = 1; ; attempt++) {
    try {
      throwIfAborted(asking.signal)
      // Without the signal: a call that is cut off may be carried out after whoever asked has looked and found nothing.
      await client.ask(`make the server "${name}"`, sdk => sdk.instance.createServer(request), { patience: 'once' })
      return
    } catch (error) {
      if (!(error instanceof ScalewayProblem)) throw error
      if (error.kind === 'out-of-stock' || error.kind === 'quota') throw soldOut(order, error)
      if (error.kind !== 'outage' || attempt >= mostAttempts) throw error
      await pause(asking.signal)
      // Its answer was lost, or nothing happened: only looking tells.
      if ((await serversOfRun(client, order.marks.run, asking)).length > 0) return
    }
  }
}

async function requestOf(
  client: ScalewayClient,
  order: Order,
  name: string,
  image: string | undefined,
  asking: Asking,
): Promise<CreateServerRequest> {
  const { zone, type, gpus } = order.offer
  const sold = (await serverTypes(client, zone, asking)).find(one => one.name === type)
  if (sold === undefined) throw new OutOfStock(type, zone)
  const root = rootVolume(sold.localMost, gpus, order.disk)
  return {
    zone,
    name,
    commercialType: type,
    image: await imageId(client, image ?? usualImage(gpus), zone, type, root.kind, asking),
    protected: false,
    dynamicIpRequired: true,
    tags: [...tagsOf(order.marks), keyTag(order.authorizedKey)],
    volumes: { '0': { name: `${name}-root`, size: root.size, volumeType: root.kind } },
  }
}

/** A server that never ran goes again when it cannot be started; one that runs may be at work for somebody. */
async function started(client: ScalewayClient, server: ScalewayServer, order: Order, asking: Asking): Promise<Machine> {
  try {
    const machine = await asMachine(client, await powerOn(client, server, order.cloudInit, asking), asking)
    if (machine === undefined) throw vanished(server.name)
    return machine
  } catch (error) {
    // In an outage nothing can be undone: the marks tell the sweeper.
    const canGo = server.state === 'stopped' && error instanceof ScalewayProblem && error.kind !== 'outage'
    if (canGo) await destroyServer(client, server, asking)
    if (canGo && (error.kind === 'out-of-stock' || error.kind === 'quota')) throw soldOut(order, error)
    throw error
  }
}

function soldOut({ offer }: Order, cause: ScalewayProblem): OutOfStock {
  const next = cause.kind === 'quota' ? cause.next : undefined
  return new OutOfStock(offer.type, offer.zone, { cause, ...(next === undefined ? {} : { next }) })
}

function vanished(name: string): Problem {
  return new Problem(`Cannot use the server "${name}": it was destroyed while it was being made`, {
    next: 'try again',
  })
}

type CreateServerRequest = Parameters<import('./sdk.ts').Sdk['instance']['createServer']>[0]
