import type { Instancev1 } from '@scaleway/sdk-instance'
import { type Asking, allZones, type ScalewayClient } from './client.ts'
import { isOurs, runOf } from './marks.ts'

export type ScalewayServer = Instancev1.Server

export interface ScalewayVolume {
  readonly kind: 'l_ssd' | 'sbs_volume' | 'scratch'
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly tags: readonly string[]
  /** Bytes. */
  readonly size: number
  /** "available", "in_use", "deleting" …; of local volumes the Instance API's own word. */
  readonly state: string
  /** The server that it is attached to. */
  readonly server: string | undefined
  readonly created: number
}

export interface ScalewayAddress {
  readonly id: string
  /** The address itself: it has no other name. */
  readonly name: string
  readonly zone: string
  readonly tags: readonly string[]
  readonly state: string
}

/** What is ours in some zones. Only the project of the key's access is looked at. */
export interface Survey {
  readonly servers: readonly ScalewayServer[]
  readonly volumes: readonly ScalewayVolume[]
  readonly addresses: readonly ScalewayAddress[]
}

/**
 * Everything in every zone that bears our mark or our name: servers, volumes of both kinds, flexible addresses.
 *
 * @param run only what this run has. Default: of every run.
 * @param zones where to look. Default: everywhere.
 */
export async function survey(
  client: ScalewayClient,
  asking: Asking,
  run?: string,
  zones: readonly string[] = allZones,
): Promise<Survey> {
  const parts = await Promise.all(
    zones.map(async zone => {
      const [servers, local, block, addresses] = await Promise.all([
        serversIn(client, zone, asking),
        localVolumes(client, zone, asking),
        blockVolumes(client, zone, asking),
        addressesIn(client, zone, asking),
      ])
      return { servers, volumes: [...local, ...block], addresses }
    }),
  )
  const wanted = (thing: { readonly name: string; readonly tags: readonly string[] }): boolean =>
    isOurs(thing) && (run === undefined || runOf(thing) === run)
  return {
    servers: parts.flatMap(part => part.servers).filter(wanted),
    volumes: parts.flatMap(part => part.volumes).filter(wanted),
    addresses: parts.flatMap(part => part.addresses).filter(wanted),
  }
}

/** The run's servers, the oldest first. More than one only while two controllers ask at once. */
export async function serversOfRun(
  client: ScalewayClient,
  run: string,
  asking: Asking,
): Promise<readonly ScalewayServer[]> {
  const servers = (await Promise.all(allZones.map(zone => serversIn(client, zone, asking)))).flat()
  return servers.filter(server => isOurs(server) && runOf(server) === run).sort(byAge)
}

export function createdAt(server: ScalewayServer): number {
  return server.creationDate?.getTime() ?? 0
}

function byAge(a: ScalewayServer, b: ScalewayServer): number {
  return createdAt(a) - createdAt(b) || (a.id < b.id ? -1 : 1)
}

function serversIn(client: ScalewayClient, zone: string, asking: Asking): Promise<readonly ScalewayServer[]> {
  const project = client.access.projectId
  return client.ask(
    `list the servers of ${zone}`,
    sdk => sdk.instance.listServers({ zone, project, perPage: 100 }).all(),
    asking,
  )
}

async function localVolumes(client: ScalewayClient, zone: string, asking: Asking): Promise<readonly ScalewayVolume[]> {
  const project = client.access.projectId
  const volumes = await client.ask(
    `list the local volumes of ${zone}`,
    sdk => sdk.instance.listVolumes({ zone, project, perPage: 100 }).all(),
    asking,
  )
  return volumes.map(volume => ({
    kind: volume.volumeType === 'scratch' ? 'scratch' : 'l_ssd',
    id: volume.id,
    name: volume.name,
    zone,
    tags: volume.tags,
    size: volume.size,
    state: volume.state,
    server: volume.server?.id,
    created: volume.creationDate?.getTime() ?? 0,
  }))
}

async function blockVolumes(client: ScalewayClient, zone: string, asking: Asking): Promise<readonly ScalewayVolume[]> {
  const { projectId } = client.access
  const volumes = await client.ask(
    `list the block volumes of ${zone}`,
    sdk => sdk.block.listVolumes({ zone, projectId, pageSize: 100, includeDeleted: false }).all(),
    asking,
  )
  return volumes.map(volume => ({
    kind: 'sbs_volume',
    id: volume.id,
    name: volume.name,
    zone,
    tags: volume.tags,
    size: volume.size,
    state: volume.status,
    server: volume.references[0]?.productResourceId,
    created: volume.createdAt?.getTime() ?? 0,
  }))
}

async function addressesIn(client: ScalewayClient, zone: string, asking: Asking): Promise<readonly ScalewayAddress[]> {
  const project = client.access.projectId
  const addresses = await client.ask(
    `list the addresses of ${zone}`,
    sdk => sdk.instance.listIps({ zone, project, perPage: 100 }).all(),
    asking,
  )
  return addresses.map(({ id, address, tags, state }) => ({ id, name: address ?? '', zone, tags, state }))
}
