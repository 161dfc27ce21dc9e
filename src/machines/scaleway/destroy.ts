import { Interrupted, Problem } from '../../core/index.ts'
import { checkRun } from '../names.ts'
import { pauses } from '../pauses.ts'
import type { CallOptions } from '../provider.ts'
import type { Asking, ScalewayClient } from './client.ts'
import { borrowed, othersOf } from './marks.ts'
import { ScalewayProblem } from './refusals.ts'
import { isGone, removeAddress, removeVolume } from './remove.ts'
import { type ScalewayServer, type ScalewayVolume, type Survey, survey } from './survey.ts'
import { markVolumes } from './volume-marks.ts'

/**
 * Destroys all that a run has: asks for what can be asked for now, looks again, and ends only when every zone lists nothing of it.
 * So it does not matter where another, or an earlier attempt, has got to.
 */
export async function destroyRun(client: ScalewayClient, run: string, { signal }: CallOptions): Promise<void> {
  checkRun(run)
  // Dozens of calls are made at once: when one is refused for good, none of the others goes on for ever behind our back.
  const over = new AbortController()
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  try {
    await pushUntilGone(client, run, { signal: both, patience: 'endlessly' })
  } finally {
    over.abort(new Interrupted())
  }
}

async function pushUntilGone(client: ScalewayClient, run: string, how: Asking): Promise<void> {
  const pause = pauses(client.clock)
  let zones: readonly string[] | undefined
  for (;;) {
    const found = await survey(client, how, run, zones)
    if (isEmpty(found)) {
      if (zones === undefined) return
      // Nothing is left where it was: now everywhere.
      zones = undefined
      continue
    }
    await pushOn(client, found, how)
    zones = zonesOf(found)
    await pause(how.signal)
  }
}

/** Destroys one server of several with what it has, and waits until it is gone. Another server of the run is left in peace. */
export async function destroyServer(client: ScalewayClient, server: ScalewayServer, asking: Asking): Promise<void> {
  const volumes = new Set(rootVolumes(server))
  const own = (volume: ScalewayVolume): boolean => volumes.has(volume.id)
  const pause = pauses(client.clock)
  for (;;) {
    const all = await survey(client, asking, undefined, [server.zone])
    const found = {
      servers: all.servers.filter(one => one.id === server.id),
      volumes: all.volumes.filter(own),
      addresses: [],
    }
    if (isEmpty(found)) return
    await pushOn(client, found, asking)
    await pause(asking.signal)
  }
}

/** The next step for each thing, as its state allows. */
async function pushOn(client: ScalewayClient, found: Survey, asking: Asking): Promise<void> {
  await Promise.all([
    ...found.servers.map(server =>
      server.tags.includes(borrowed) ? giveBack(client, server, asking) : removeServer(client, server, asking),
    ),
    // What still hangs on a server of its own is the server's affair.
    ...found.volumes
      .filter(volume => !found.servers.some(server => rootVolumes(server).includes(volume.id)))
      .map(volume => removeVolume(client, volume, asking)),
    ...found.addresses.map(address => removeAddress(client, address, asking)),
  ])
}

/** A running server is terminated; one that is off is deleted. In between nothing can be done but wait. */
async function removeServer(client: ScalewayClient, server: ScalewayServer, asking: Asking): Promise<void> {
  if (server.protected) {
    throw new Problem(`Cannot destroy the server "${server.name}" of ${server.zone}: somebody protected it`, {
      next: `scw instance server update ${server.id} zone=${server.zone} protected=false`,
    })
  }
  const { id: serverId, zone } = server
  if (server.allowedActions.includes('terminate')) {
    await markVolumes(client, server, asking)
    await act(client, server, 'terminate', asking)
  } else if (server.state === 'stopped' || server.state === 'stopped in place') {
    await markVolumes(client, server, asking)
    await unlessOvertaken(
      client.ask(`delete the server ${serverId}`, sdk => sdk.instance.deleteServer({ serverId, zone }), asking),
    )
  }
}

/** A borrowed server is powered off and loses our tags. Standing by is not off: it is billed on. */
async function giveBack(client: ScalewayClient, server: ScalewayServer, asking: Asking): Promise<void> {
  const { id: serverId, zone } = server
  if (server.state === 'stopped') {
    const tags = [...othersOf(server.tags)]
    await unlessOvertaken(
      client.ask(
        `take our tags off the server ${serverId}`,
        sdk => sdk.instance.updateServer({ serverId, zone, tags }),
        asking,
      ),
    )
  } else if (server.allowedActions.includes('poweroff')) {
    await act(client, server, 'poweroff', asking)
  } else if (server.state === 'stopped in place' && server.allowedActions.includes('poweron')) {
    await act(client, server, 'poweron', asking)
  }
}

async function act(
  client: ScalewayClient,
  { id: serverId, zone }: ScalewayServer,
  action: 'terminate' | 'poweroff' | 'poweron',
  asking: Asking,
): Promise<void> {
  await unlessOvertaken(
    client.ask(
      `${action} the server ${serverId}`,
      sdk => sdk.instance.serverAction({ serverId, zone, action }),
      asking,
    ),
  )
}

/** Another was quicker, or the state changed since we looked: the next look tells. */
async function unlessOvertaken(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isGone(error) && !(error instanceof ScalewayProblem && error.kind === 'precondition')) throw error
  }
}

/** The volume that was made with the server. Others hang on it by somebody's own hand. */
function rootVolumes(server: ScalewayServer): readonly string[] {
  const root = server.volumes['0']
  return root === undefined ? [] : [root.id]
}

function isEmpty({ servers, volumes, addresses }: Survey): boolean {
  return servers.length + volumes.length + addresses.length === 0
}

function zonesOf({ servers, volumes, addresses }: Survey): readonly string[] {
  return [...new Set([...servers, ...volumes, ...addresses].map(({ zone }) => zone))]
}
