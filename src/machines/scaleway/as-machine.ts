import type { Address, Machine } from '../provider.ts'
import type { Asking, ScalewayClient } from './client.ts'
import { marksOf, nameOf } from './marks.ts'
import type { ScalewayServer } from './survey.ts'
import { readHostKeys } from './user-data.ts'

/** A server with marks, as a machine. It has an address once it runs and has published its host keys. */
export async function asMachine(
  client: ScalewayClient,
  server: ScalewayServer,
  asking: Asking,
): Promise<Machine | undefined> {
  const marks = marksOf(server.tags)
  if (marks === undefined) return undefined
  const state = stateOf(server.state)
  const address = state === 'running' ? await addressOf(client, server, asking) : undefined
  return {
    id: server.id,
    name: nameOf(server),
    zone: server.zone,
    type: server.commercialType,
    marks,
    state,
    ...(address === undefined ? {} : { address }),
  }
}

async function addressOf(client: ScalewayClient, server: ScalewayServer, asking: Asking): Promise<Address | undefined> {
  const host = server.publicIps.find(({ family }) => family === 'inet')?.address
  if (host === undefined) return undefined
  const hostKeys = await readHostKeys(client, server, asking)
  return hostKeys.length === 0 ? undefined : { host, port: 22, user: 'root', hostKeys }
}

function stateOf(state: ScalewayServer['state']): Machine['state'] {
  if (state === 'running' || state === 'starting' || state === 'stopping') return state
  // Also "stopped in place", which is billed on: the deadline holds for it as for the others.
  return 'off'
}
