import { guardRefusal, type Offer, pricePerHour } from '../machines/index.ts'

/** Asks when the sweeper was last here, in milliseconds since 1970 on the provider's clock. Undefined: never. */
export type AskSweep = () => Promise<number | undefined>

/**
 * Lets an offer pass unless it is a GPU that costs money and no sweeper would destroy it. The places that know of sweeps are asked one
 * after the other, and no further one once a sweep is recent enough.
 *
 * @param now on the provider's clock
 * @throws Refusal
 */
export async function checkGuard(offer: Offer, now: number, sweeps: readonly AskSweep[]): Promise<void> {
  if (offer.gpus === 0 || pricePerHour(offer.price) === 0) return
  let last: number | undefined
  let refusal = guardRefusal(last, now)
  for (const ask of sweeps) {
    const time = await ask()
    if (time !== undefined) last = Math.max(last ?? time, time)
    refusal = guardRefusal(last, now)
    if (refusal === undefined) return
  }
  if (refusal !== undefined) throw refusal
}
