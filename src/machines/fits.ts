import { pricePerHour } from './price.ts'
import type { Need, Offer } from './provider.ts'

/** Whether an offer is enough. The disk is not looked at: volumes come in any size. */
export function fits(offer: Offer, need: Need): boolean {
  return (
    (need.type === undefined || offer.type === need.type) &&
    (need.zones === undefined || need.zones.includes(offer.zone)) &&
    offer.cpus >= (need.cpus ?? 0) &&
    offer.gpus >= (need.gpus ?? 0) &&
    offer.memory >= (need.memory ?? 0) &&
    pricePerHour(offer.price) <= (need.highestPricePerHour ?? Number.POSITIVE_INFINITY)
  )
}
