import { pricePerHour } from '../price.ts'
import type { CallOptions, Need, Offer } from '../provider.ts'
import { assumedPrice, type UnitPrice, unitPrices } from './catalogue.ts'
import { allZones, type ScalewayClient } from './client.ts'
import { ScalewayProblem } from './refusals.ts'
import { listedPrices, rootVolume } from './root-volume.ts'
import { availability, type ServerType, serverTypes } from './server-types.ts'

export interface OfferOptions extends CallOptions {
  /** Told where prices are not live. */
  notice?(sentence: string): void
}

/** What can be rented and fits, the cheapest first. Processors of the x86-64 kind alone: what travels is built for them. */
export async function scalewayOffers(
  client: ScalewayClient,
  need: Need,
  options: OfferOptions,
): Promise<readonly Offer[]> {
  const zones = need.zones === undefined ? allZones : allZones.filter(zone => need.zones?.includes(zone))
  const found = await Promise.all(zones.map(zone => offersOf(client, zone, need, options)))
  return found
    .flat()
    .filter(offer => need.highestPricePerHour === undefined || pricePerHour(offer.price) <= need.highestPricePerHour)
    .sort((a, b) => pricePerHour(a.price) - pricePerHour(b.price) || zones.indexOf(a.zone) - zones.indexOf(b.zone))
}

async function offersOf(
  client: ScalewayClient,
  zone: string,
  need: Need,
  options: OfferOptions,
): Promise<readonly Offer[]> {
  const fitting = (await serverTypes(client, zone, options)).filter(type => fits(type, need))
  if (fitting.length === 0) return []
  const [stock, prices] = await Promise.all([availability(client, zone, options), pricesOf(client, zone, options)])
  return fitting.map(type => {
    const price = prices?.get(type.name)
    if (prices !== undefined && price === undefined) {
      options.notice?.(
        `The catalogue of ${zone} does not tell how "${type.name}" is billed: as on ${listedPrices.date}, supposedly`,
      )
    }
    return {
      provider: 'scaleway',
      type: type.name,
      zone,
      cpus: type.cpus,
      memory: type.memory,
      gpus: type.gpus,
      availability: stock.get(type.name) ?? 'none',
      price: {
        ...(price ?? assumedPrice(type)),
        volumePerHour: rootVolume(type.localMost, type.gpus, need.disk).pricePerHour,
        addressPerHour: listedPrices.address,
      },
    }
  })
}

/** Undefined where the catalogue cannot be read: the servers' own API still tells what an hour costs. */
async function pricesOf(
  client: ScalewayClient,
  zone: string,
  options: OfferOptions,
): Promise<ReadonlyMap<string, UnitPrice> | undefined> {
  try {
    return await unitPrices(client, zone, options)
  } catch (error) {
    if (!(error instanceof ScalewayProblem)) throw error
    options.notice?.(
      `${error.message}; what is billed by the minute and what by the hour is as on ${listedPrices.date}`,
    )
    return undefined
  }
}

function fits(type: ServerType, need: Need): boolean {
  if (type.arch !== 'x86_64') return false
  if (need.type === undefined ? type.isEnding : need.type !== type.name) return false
  return type.cpus >= (need.cpus ?? 0) && type.memory >= (need.memory ?? 0) && type.gpus >= (need.gpus ?? 0)
}
