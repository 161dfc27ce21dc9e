import type { Resource } from '../provider.ts'
import type { Asking, ScalewayClient } from './client.ts'
import { borrowedSince, marksOf, nameOf } from './marks.ts'
import { listedPrices, volumePrice } from './root-volume.ts'
import { serverTypes } from './server-types.ts'
import { createdAt, type ScalewayServer, type Survey, survey } from './survey.ts'

/** Everything that bears our marks or our names. An address that comes and goes with its server is in the server's price. */
export async function listResources(client: ScalewayClient, asking: Asking): Promise<readonly Resource[]> {
  const found = await survey(client, asking)
  const prices = await typePrices(client, found.servers, asking)
  return [
    ...found.servers.map(server => serverResource(server, prices.get(`${server.zone}/${server.commercialType}`) ?? 0)),
    ...leftOvers(found),
  ]
}

function serverResource(server: ScalewayServer, price: number): Resource {
  return {
    kind: 'server',
    id: server.id,
    name: nameOf(server),
    zone: server.zone,
    marks: marksOf(server.tags),
    state: server.state,
    created: borrowedSince(server.tags) ?? createdAt(server),
    pricePerHour: price + (server.dynamicIpRequired ? listedPrices.address : 0),
  }
}

function leftOvers({ volumes, addresses }: Survey): readonly Resource[] {
  return [
    ...volumes.map(
      ({ id, name, zone, tags, state, created, kind, size }): Resource => ({
        kind: 'volume',
        id,
        name,
        zone,
        marks: marksOf(tags),
        state,
        created,
        pricePerHour: volumePrice(kind, size),
      }),
    ),
    ...addresses.map(
      ({ id, name, zone, tags, state }): Resource => ({
        kind: 'address',
        id,
        name,
        zone,
        marks: marksOf(tags),
        state,
        // The API does not tell it.
        created: 0,
        pricePerHour: listedPrices.address,
      }),
    ),
  ]
}

/** Euros an hour by "zone/type", of the zones that have servers of ours. */
async function typePrices(
  client: ScalewayClient,
  servers: readonly ScalewayServer[],
  asking: Asking,
): Promise<ReadonlyMap<string, number>> {
  const zones = [...new Set(servers.map(server => server.zone))]
  const types = await Promise.all(zones.map(zone => serverTypes(client, zone, asking)))
  return new Map(types.flat().map(type => [`${type.zone}/${type.name}`, type.pricePerHour]))
}
