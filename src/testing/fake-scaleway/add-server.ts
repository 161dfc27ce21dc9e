import { gigabyte } from './catalogue.ts'
import { createServer } from './create-server.ts'
import { Lifecycle } from './lifecycle.ts'
import type { FakeServer, World } from './world.ts'

export interface PresentServer {
  readonly name: string
  readonly zone: string
  readonly type: string
  readonly tags?: readonly string[] | undefined
}

/** A server that someone made long ago and powered off: it costs its volume only. */
export function addServer(world: World, wanted: PresentServer): FakeServer {
  const server = createServer(world, new Lifecycle(world), wanted.zone, {
    commercial_type: wanted.type,
    name: wanted.name,
    project: world.project,
    image: 'ubuntu_noble',
    protected: false,
    tags: [...(wanted.tags ?? [])],
    volumes: { '0': { volume_type: 'sbs_volume', size: 20 * gigabyte } },
  })
  world.forget(server.charge)
  server.charge = undefined
  return server
}
