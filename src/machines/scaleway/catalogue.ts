import type { Price } from '../provider.ts'
import type { Asking, ScalewayClient } from './client.ts'
import type { ServerType } from './server-types.ts'

export type UnitPrice = Pick<Price, 'perUnit' | 'unit'>

/**
 * What a unit of each kind costs in a zone, from the public catalogue: the only place that tells whether minutes or hours are
 * billed. Kinds that are billed otherwise are left out.
 */
export async function unitPrices(
  client: ScalewayClient,
  zone: string,
  asking: Asking,
): Promise<ReadonlyMap<string, UnitPrice>> {
  const products = await client.ask(
    `read the prices of ${zone}`,
    sdk => sdk.catalogue.listPublicCatalogProducts({ zone, productTypes: ['instance'], pageSize: 100 }).all(),
    asking,
  )
  const prices = new Map<string, UnitPrice>()
  for (const { properties, price, unitOfMeasure } of products) {
    const type = properties?.instance?.offerId
    const money = price?.retailPrice
    if (type === undefined || money === undefined || money.currencyCode !== 'EUR') continue
    const unit = unitOf(unitOfMeasure)
    if (unit !== undefined) prices.set(type, { unit, perUnit: (money.units ?? 0) + (money.nanos ?? 0) / 1e9 })
  }
  return prices
}

function unitOf(measure: { readonly unit: string; readonly size: number } | undefined): Price['unit'] | undefined {
  if (measure === undefined || measure.size !== 1) return undefined
  return measure.unit === 'minute' || measure.unit === 'hour' ? measure.unit : undefined
}

/** GPU machines that were billed by the hour on 2026-07-01, unlike all the others. */
const hourly: ReadonlySet<string> = new Set(['RENDER-S'])

/** Where the catalogue does not tell: today's price an hour, and the unit of 2026-07-01. */
export function assumedPrice({ name, gpus, pricePerHour }: ServerType): UnitPrice {
  const isMinute = gpus > 0 && !hourly.has(name)
  return isMinute ? { unit: 'minute', perUnit: pricePerHour / 60 } : { unit: 'hour', perUnit: pricePerHour }
}
