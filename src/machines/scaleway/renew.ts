import { checkRun } from '../names.ts'
import type { CallOptions } from '../provider.ts'
import type { ScalewayClient } from './client.ts'
import { withDeadline } from './marks.ts'
import { isGone } from './remove.ts'
import { survey } from './survey.ts'
import { tagVolume } from './volume-marks.ts'

/** Moves the deadline in the tags of all that a run has. What bears the run's name alone has none to move. */
export async function renewRun(
  client: ScalewayClient,
  run: string,
  deadline: number,
  options: CallOptions,
): Promise<void> {
  checkRun(run)
  const { servers, volumes, addresses } = await survey(client, options, run)
  const moved = (tags: readonly string[]): string[] => [...withDeadline(tags, deadline)]
  await Promise.all([
    ...servers.map(({ id: serverId, zone, tags }) =>
      unlessGone(
        client.ask(
          `renew the lease of the server ${serverId}`,
          sdk => sdk.instance.updateServer({ serverId, zone, tags: moved(tags) }),
          options,
        ),
      ),
    ),
    ...volumes.map(({ kind, id, zone, tags }) => tagVolume(client, kind, id, zone, moved(tags), options)),
    ...addresses.map(({ id: ip, zone, tags }) =>
      unlessGone(
        client.ask(
          `renew the lease of the address ${ip}`,
          sdk => sdk.instance.updateIp({ ip, zone, tags: moved(tags) }),
          options,
        ),
      ),
    ),
  ])
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
