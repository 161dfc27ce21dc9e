import type { Asking, ScalewayClient } from './client.ts'
import { ScalewayProblem } from './refusals.ts'
import type { ScalewayServer } from './survey.ts'
import { writeUserData } from './user-data.ts'
import { markVolumes } from './volume-marks.ts'

/**
 * Marks the volume, says what the machine does when it starts, and starts it: in this order, so that none runs without marks or
 * without knowing what to do. One that runs already is left as it is.
 *
 * @returns the server as it is now
 */
export async function powerOn(
  client: ScalewayClient,
  server: ScalewayServer,
  cloudInit: string | undefined,
  asking: Asking,
): Promise<ScalewayServer> {
  const { id: serverId, zone } = server
  if (server.allowedActions.includes('poweron')) {
    if (cloudInit !== undefined) {
      await markVolumes(client, server, asking)
      await writeUserData(client, server, 'cloud-init', cloudInit, asking)
    }
    try {
      await client.ask(
        `start the server ${serverId}`,
        sdk => sdk.instance.serverAction({ serverId, zone, action: 'poweron' }),
        asking,
      )
    } catch (error) {
      if (!(error instanceof ScalewayProblem) || error.kind !== 'precondition') throw error
      await checkStarted(client, server, error, asking)
    }
  }
  return await getServer(client, server, asking)
}

/** "Not allowed" may mean that another has started it, or that our own first attempt had succeeded. */
async function checkStarted(
  client: ScalewayClient,
  server: ScalewayServer,
  refusal: ScalewayProblem,
  asking: Asking,
): Promise<void> {
  const { state } = await getServer(client, server, asking)
  if (state !== 'starting' && state !== 'running') throw refusal
}

export async function getServer(
  client: ScalewayClient,
  { id: serverId, zone }: Pick<ScalewayServer, 'id' | 'zone'>,
  asking: Asking,
): Promise<ScalewayServer> {
  const { server } = await client.ask(
    `look at the server ${serverId}`,
    sdk => sdk.instance.getServer({ serverId, zone }),
    asking,
  )
  if (server === undefined)
    throw new ScalewayProblem(`Cannot look at the server ${serverId}: it is not there`, 'not-found')
  return server
}
