import { unitLength } from './price.ts'
import type { Price } from './provider.ts'

const hour = 3600_000

/**
 * How long a machine may be there after its limit when everything that could destroy it in time has died: two minutes of grace, ten
 * until the sweeper comes by, three until it is done. Milliseconds.
 */
export const sweepMargin: number = 15 * 60_000

/**
 * Euros for a machine that was there from one time to another: whole units of the server, parts of hours of all else.
 *
 * @param partsTo until when its volume and address were there; default: as long as the server
 */
export function billOf(price: Price, from: number, to: number, partsTo: number = to): number {
  const units = Math.max(1, Math.ceil((to - from) / unitLength[price.unit]))
  return price.perUnit * units + ((price.volumePerHour + price.addressPerHour) * Math.max(0, partsTo - from)) / hour
}

/** Euros that a machine which is made now costs at worst: destroyed by the sweeper alone, after its limit. */
export function worstCase(price: Price, now: number, limit: number): number {
  return billOf(price, now, Math.max(now, limit) + sweepMargin)
}

/**
 * The latest limit whose worst case is still within the money, at most `latest`; undefined when not even a machine that ends at once
 * is. Whole seconds.
 */
export function limitFor(price: Price, euros: number, now: number, latest: number): number | undefined {
  const highest = Math.floor(latest / 1000)
  let low = Math.ceil(now / 1000)
  if (worstCase(price, now, low * 1000) > euros || highest < low) return undefined
  let high = highest
  // The worst case only grows with the limit: halve what is left until one second is.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (worstCase(price, now, middle * 1000) <= euros) low = middle
    else high = middle - 1
  }
  return low * 1000
}
