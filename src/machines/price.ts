import type { Price } from './provider.ts'

const hour = 3600_000

/** Milliseconds. */
export const unitLength: Readonly<Record<Price['unit'], number>> = { minute: 60_000, hour }

/** Euros that a server with its volume and address costs by the hour. */
export function pricePerHour(price: Price): number {
  return (price.perUnit * hour) / unitLength[price.unit] + price.volumePerHour + price.addressPerHour
}
