import type { Refusal } from '../core/index.ts'
import { guardRefusal, type Offer, pricePerHour } from '../machines/index.ts'

/** Asks when the sweeper was last here, in milliseconds since 1970 on the provider's clock. Undefined: never. */
export type AskSweep = () => Promise<number | undefined>

/**
 * Lets an offer pass unless it costs money, is a GPU or is to be left to itself, and no sweeper would destroy it. The places that know
 * of sweeps are asked one after the other, and no further one once a sweep is recent enough.
 *
 * @param now on the provider's clock
 * @param isLeft whether nobody stays with the machine, so that the sweeper alone ends it
 * @throws Refusal
 */
export async function checkGuard(
  offer: Offer,
  now: number,
  sweeps: readonly AskSweep[],
  isLeft: boolean,
): Promise<void> {
  if ((offer.gpus === 0 && !isLeft) || pricePerHour(offer.price) === 0) return
  const refused = (beat: number | undefined): Refusal | undefined =>
    guardRefusal(beat, now, undefined, offer.gpus === 0 ? 'a machine that is left to itself' : undefined)
  let last: number | undefined
  let refusal = refused(last)
  for (const ask of sweeps) {
    const time = await ask()
    if (time !== undefined) last = Math.max(last ?? time, time)
    refusal = refused(last)
    if (refusal === undefined) return
  }
  if (refusal !== undefined) throw refusal
}
