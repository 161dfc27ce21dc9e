import { Problem } from '../../core/index.ts'
import {
  ledgerOf,
  limitFor,
  type Offer,
  OutOfStock,
  OverCap,
  pricePerHour,
  worstCase,
  worstOfMonth,
} from '../../machines/index.ts'
import type { MachineSpec } from '../machine-spec.ts'
import { type Machines, needOf } from '../machines.ts'

/** What a machine would cost. Euros without VAT. */
export interface RentalPlan {
  /** The machine's name in the configuration. */
  readonly on: string
  /** What it is for. */
  readonly stage: string
  readonly run: string
  readonly provider: string
  readonly type: string
  readonly zone: string
  /** Server, volume and address. */
  readonly eurosPerHour: number
  /** When all that could end it dies, and the sweeper alone does. */
  readonly worst: { readonly seconds: number; readonly euros: number }
  readonly caps: {
    readonly run?: number
    readonly month?: number
    /** Of all other runs of this month at their worst. */
    readonly usedOfMonth: number
  }
}

export interface RentalInput {
  readonly on: string
  readonly stage: string
  readonly run: string
  readonly spec: MachineSpec
  readonly machines: Machines
  /** Milliseconds that the machine may be there at most. */
  readonly longest: number
}

/** Of the first offer that is in stock. @throws OutOfStock, OverCap */
export async function rentalPlan(input: RentalInput): Promise<{ readonly plan: RentalPlan; readonly offer: Offer }> {
  const { on, stage, run, machines, longest } = input
  const { journal, caps } = machines
  const provider = machines.provider(on)
  const offer = await firstOffer(input)
  const { price, type, zone } = offer
  const now = await provider.now()
  const usedOfMonth = worstOfMonth(ledgerOf(await journal.read()), now, run)
  const left = Math.min(caps.run ?? Number.POSITIVE_INFINITY, (caps.month ?? Number.POSITIVE_INFINITY) - usedOfMonth)
  const limit = limitFor(price, left, now, now + longest)
  if (limit === undefined) {
    const least = worstCase(price, now, now).toFixed(2)
    throw new OverCap(
      `Cannot rent "${type}" for "${stage}": it costs up to €${least} at the very least, and the caps leave €${Math.max(0, left).toFixed(2)}`,
      { next: 'raise "machines.caps" in chestnut.config.ts, or take a cheaper machine' },
    )
  }
  const plan = {
    on,
    stage,
    run,
    provider: provider.name,
    type,
    zone,
    eurosPerHour: pricePerHour(price),
    worst: { seconds: Math.round((limit - now) / 1000), euros: worstCase(price, now, limit) },
    caps: {
      ...(caps.run === undefined ? {} : { run: caps.run }),
      ...(caps.month === undefined ? {} : { month: caps.month }),
      usedOfMonth,
    },
  }
  return { plan, offer }
}

async function firstOffer({ machines, on, spec }: RentalInput): Promise<Offer> {
  const offers = await machines.provider(on).offers(needOf(spec))
  const found = offers.find(({ availability }) => availability !== 'none')
  if (found !== undefined) return found
  if (offers.length === 0)
    throw new Problem(`Cannot rent "${on}": there is none like it of the kind "x86_64", for which Chestnut is packed`, {
      next: 'look at its type, zones and sizes in "machines" of chestnut.config.ts',
    })
  throw new OutOfStock(offers[0]?.type ?? on, offers.map(({ zone }) => zone).join(', ') || 'any zone')
}
