import type { Asking, ScalewayClient } from './client.ts'
import { marksOf, tagsOf } from './marks.ts'
import { isGone } from './remove.ts'
import type { ScalewayServer } from './survey.ts'

/** Gives a server's marks to its root volume too: the call that makes them both can give it a name, and no tags. */
export async function markVolumes(client: ScalewayClient, server: ScalewayServer, asking: Asking): Promise<void> {
  const root = server.volumes['0']
  const marks = marksOf(server.tags)
  if (root === undefined || marks === undefined) return
  await tagVolume(client, root.volumeType, root.id, server.zone, tagsOf(marks), asking)
}

export async function tagVolume(
  client: ScalewayClient,
  kind: string,
  volumeId: string,
  zone: string,
  tags: readonly string[],
  asking: Asking,
): Promise<void> {
  const wanted = { volumeId, zone, tags: [...tags] }
  try {
    await client.ask(
      `mark the volume ${volumeId}`,
      // Two calls of the same name in two APIs.
      async sdk => {
        if (kind === 'sbs_volume') await sdk.block.updateVolume(wanted)
        else await sdk.instance.updateVolume(wanted)
      },
      asking,
    )
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
