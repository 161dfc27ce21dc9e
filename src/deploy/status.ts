import { layout, slots } from './layout.ts'
import { liveSlot } from './live-slot.ts'
import { listReleases } from './release.ts'
import type { Shell } from './shell.ts'
import type { Supervisor } from './supervisor.ts'

export interface DeploymentStatus {
  readonly format: 'chestnut.deployment/1'
  /** What the link says; undefined where nothing is deployed. */
  readonly live: string | undefined
  readonly serving: boolean
  readonly proxy: boolean
  /** The latest first. */
  readonly releases: readonly { readonly name: string; readonly digest: string; readonly deployed: string }[]
}

/** What stands on a machine. Changes nothing. */
export async function deploymentStatus(target: {
  readonly shell: Shell
  readonly supervisor: Supervisor
  readonly root: string
}): Promise<DeploymentStatus> {
  const { shell, supervisor } = target
  const places = layout(target.root)
  const live = await liveSlot(shell, places)
  const releases = await listReleases(shell, places)
  const slot = slots.find(name => name === live?.slot)
  return {
    format: 'chestnut.deployment/1',
    live: live?.digest,
    serving: slot !== undefined && (await supervisor.isRunning(`server-${slot}`)),
    proxy: await supervisor.isRunning('proxy'),
    releases: releases.map(({ name, digest, deployed }) => ({ name, digest, deployed })),
  }
}
