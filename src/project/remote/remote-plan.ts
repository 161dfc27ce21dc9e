import {
  billOf,
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
import type { Machines } from '../machines.ts'
import { needOf } from '../machines.ts'
import type { Workspace } from '../workspace.ts'
import { type Cargo, isThere } from './cargo.ts'

/** What a person agrees to before anything is rented. Euros without VAT. */
export interface RemotePlan {
  readonly format: 'chestnut.remote-plan/1'
  readonly stage: string
  /** The machine's name in the configuration. */
  readonly on: string
  readonly run: string
  readonly provider: string
  readonly type: string
  readonly zone: string
  /** Server, volume and address. */
  readonly eurosPerHour: number
  readonly estimate: {
    readonly seconds: number
    readonly euros: number
    /** How many earlier runs of this stage it is taken from; 0: it is the machine's limit. */
    readonly runs: number
  }
  /** When all that could end it dies, and the sweeper alone does. */
  readonly worst: { readonly seconds: number; readonly euros: number }
  readonly caps: {
    readonly run?: number
    readonly month?: number
    /** Of all other runs of this month at their worst. */
    readonly usedOfMonth: number
  }
  readonly travels: {
    /** Absent where the machine has everything. */
    readonly program?: Piece
    readonly inputs: Piece
    readonly films: number
    readonly withNames: boolean
  }
}

interface Piece {
  readonly bytes: number
  /** Whether the store has it already, from where the machine gets it. */
  readonly there: boolean
}

export interface PlanInput {
  readonly stage: string
  readonly on: string
  readonly run: string
  readonly spec: MachineSpec
  readonly machines: Machines
  readonly cargo: Cargo
  /** Milliseconds that the machine may be there at most. */
  readonly longest: number
}

/** What the first offer that is in stock would cost. @throws OutOfStock, OverCap */
export async function remotePlan(workspace: Workspace, input: PlanInput): Promise<RemotePlan> {
  const { stage, on, run, spec, machines, cargo, longest } = input
  const provider = machines.provider(on)
  const offer = await firstOffer(input)
  const now = await provider.now()
  const { price } = offer
  const used = worstOfMonth(ledgerOf(await machines.journal.read()), now, run)
  const left = Math.min(machines.caps.run ?? Infinity, (machines.caps.month ?? Infinity) - used)
  const limit = limitFor(price, left, now, now + longest)
  if (limit === undefined) {
    const least = worstCase(price, now, now).toFixed(2)
    throw new OverCap(
      `Cannot rent "${offer.type}" for "${stage}": it costs up to €${least} at the very least, and the caps leave €${Math.max(0, left).toFixed(2)}`,
      { next: 'raise "machines.caps" in chestnut.config.ts, or take a cheaper machine' },
    )
  }
  const earlier = await secondsOf(workspace, stage)
  const seconds = earlier.at(-1) ?? (limit - now) / 1000
  const { run: capOfRun, month } = machines.caps
  return {
    format: 'chestnut.remote-plan/1',
    stage,
    on,
    run,
    provider: provider.name,
    type: offer.type,
    zone: offer.zone,
    eurosPerHour: pricePerHour(price),
    estimate: { seconds, euros: billOf(price, now, now + seconds * 1000), runs: earlier.length },
    worst: { seconds: (limit - now) / 1000, euros: worstCase(price, now, limit) },
    caps: {
      ...(capOfRun === undefined ? {} : { run: capOfRun }),
      ...(month === undefined ? {} : { month }),
      usedOfMonth: used,
    },
    travels: {
      ...(cargo.program === undefined ? {} : { program: await pieceOf(workspace, cargo.program) }),
      inputs: await pieceOf(workspace, cargo.bundle),
      films: cargo.needs.films,
      withNames: cargo.needs.withNames,
    },
  }

  async function firstOffer({ stage: of }: PlanInput): Promise<Offer> {
    const offers = await provider.offers(needOf(spec))
    const found = offers.find(({ availability }) => availability !== 'none')
    if (found !== undefined) return found
    throw new OutOfStock(offers[0]?.type ?? on, offers.map(({ zone }) => zone).join(', ') || 'any zone', {
      next: `chestnut ${of} without --on, or later`,
    })
  }
}

async function pieceOf({ store }: Workspace, archive: Cargo['bundle']): Promise<Piece> {
  return { bytes: archive.size, there: await isThere(store, archive) }
}

/** How long the stage took in earlier runs, the latest last. */
async function secondsOf({ records }: Workspace, stage: string): Promise<readonly number[]> {
  const found: number[] = []
  for await (const record of records.list()) {
    if (record.stage === stage && record.status === 'done')
      found.push((Date.parse(record.ended) - Date.parse(record.started)) / 1000)
  }
  return found
}
