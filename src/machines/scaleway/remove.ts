import type { Asking, ScalewayClient } from './client.ts'
import { ScalewayProblem } from './refusals.ts'
import type { ScalewayAddress, ScalewayVolume } from './survey.ts'

/** Deletes a volume that can be deleted now. One that is in use, or on its way out, is left for the next look. */
export async function removeVolume(client: ScalewayClient, volume: ScalewayVolume, asking: Asking): Promise<void> {
  const { id: volumeId, zone, kind, state, server } = volume
  const isFree = kind === 'sbs_volume' ? state === 'available' || state === 'error' : server === undefined
  if (!isFree) return
  await unlessGone(
    client.ask(
      `delete the volume ${volumeId}`,
      sdk => (kind === 'sbs_volume' ? sdk.block : sdk.instance).deleteVolume({ volumeId, zone }),
      asking,
    ),
  )
}

export async function removeAddress(client: ScalewayClient, address: ScalewayAddress, asking: Asking): Promise<void> {
  const { id: ip, zone } = address
  await unlessGone(client.ask(`delete the address ${ip}`, sdk => sdk.instance.deleteIp({ ip, zone }), asking))
}

export function isGone(error: unknown): boolean {
  return error instanceof ScalewayProblem && error.kind === 'not-found'
}

/** A volume may have been attached, or be on its way out, since we looked. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isGone(error) && !(error instanceof ScalewayProblem && error.kind === 'precondition')) throw error
  }
}
