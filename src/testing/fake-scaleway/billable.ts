import type { World } from './world.ts'

/** One thing that exists and may be billed. */
export interface Billable {
  readonly kind: 'server' | 'volume' | 'address'
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly state: string
  readonly tags: readonly string[]
}

/** All that is there, in every zone. A server that is fully off costs nothing itself, its volumes do. */
export function billable(world: World): readonly Billable[] {
  const servers = [...world.servers.values()].filter(server => server.charge !== undefined)
  return [
    ...servers.map(({ id, name, zone, state, tags }) => ({ kind: 'server' as const, id, name, zone, state, tags })),
    ...[...world.volumes.values()].map(({ id, name, zone, status, tags }) => ({
      kind: 'volume' as const,
      id,
      name,
      zone,
      state: status,
      tags,
    })),
    ...[...world.addresses.values()].map(({ id, address, zone, server, tags }) => ({
      kind: 'address' as const,
      id,
      name: address,
      zone,
      state: server === undefined ? 'detached' : 'attached',
      tags,
    })),
  ]
}
