import { limitFor, worstCase } from './bill.ts'
import type { Journal } from './journal.ts'
import { ledgerOf, monthOf, worstOfMonth } from './ledger.ts'
import { OverCap } from './machine-errors.ts'
import { type Intent, machineEvent } from './machine-event.ts'
import type { Offer, Provider } from './provider.ts'

/** Euros. What is left out is not capped. */
export interface Caps {
  /** For one run, with all its machines. */
  readonly run?: number | undefined
  /** For all runs that begin in a month (UTC). */
  readonly month?: number | undefined
}

/** Milliseconds that a controller has from its intent until its machine is made; then another one may. */
export const claimTime: number = 2 * 60_000

export interface ClaimOptions {
  readonly provider: Pick<Provider, 'account'>
  readonly journal: Journal
  readonly run: string
  readonly stage: string
  readonly by: string
  readonly caps: Caps
  /** Milliseconds that the machine may be there at most. */
  readonly longest: number
  /** Milliseconds that it has until the job renews its lease. */
  readonly bootAllowance: number
}

/**
 * Writes the intent to make a machine of an offer. Undefined while another controller's is in force: what it makes will be there soon.
 *
 * @param now milliseconds since 1970 on the provider's clock
 * @throws OverCap when the caps do not leave the machine the time to start.
 */
export async function claim(options: ClaimOptions, offer: Offer, now: number): Promise<Intent | undefined> {
  const { journal, run, by } = options
  const others = options.caps.month === undefined ? 0 : worstOfMonth(ledgerOf(await journal.read()), now, run)
  const added = await journal.append(run, events => {
    const holder = events.findLast(event => event.kind === 'intent')
    const [cost] = ledgerOf(events)
    const isHeld = cost?.open?.created === undefined && cost?.open?.intents.some(intent => intent.by === holder?.by)
    if (isHeld && holder !== undefined && holder.by !== by && now - holder.time < claimTime) return undefined
    return intentOf(options, offer, now, cost?.spent ?? 0, others)
  })
  return added?.kind === 'intent' ? added : undefined
}

function intentOf(options: ClaimOptions, offer: Offer, now: number, spent: number, others: number): Intent {
  const { run, stage, by, caps, longest, bootAllowance } = options
  const { price, type, zone, provider } = offer
  const left = Math.min(capOf(caps.run) - spent, capOf(caps.month) - others - spent)
  const limit = limitFor(price, left, now, now + longest)
  const deadline = Math.ceil((now + bootAllowance) / 1000) * 1000
  if (limit === undefined || limit < deadline) {
    const needed = worstCase(price, now, deadline).toFixed(2)
    throw new OverCap(
      `Cannot rent "${type}" for "${stage}": it would cost up to €${needed} before it has begun, and the caps leave €${Math.max(0, left).toFixed(2)} in ${monthOf(now)}`,
      { next: 'raise "machines.caps" in chestnut.config.ts, or take a cheaper machine' },
    )
  }
  const worst = worstCase(price, now, limit)
  const account = options.provider.account === undefined ? {} : { account: options.provider.account }
  return machineEvent(
    { run, stage, provider, by, time: now },
    { kind: 'intent', ...account, type, zone, price, deadline, limit, worst },
  )
}

/**
 * Until when the caps let a run's machine be there now: other runs may have used up the month meanwhile.
 *
 * @returns milliseconds since 1970; the limit of the intent at most
 */
export async function allowedUntil(
  { journal, run, caps }: Pick<ClaimOptions, 'journal' | 'run' | 'caps'>,
  now: number,
): Promise<number> {
  const costs = ledgerOf(await journal.read())
  const cost = costs.find(one => one.run === run)
  if (cost?.open === undefined) return Number.POSITIVE_INFINITY
  const { intent, created = intent.time } = cost.open
  const left = Math.min(capOf(caps.run), capOf(caps.month) - worstOfMonth(costs, now, run)) - cost.spent
  return limitFor(intent.price, left, created, intent.limit) ?? now
}

function capOf(cap: number | undefined): number {
  return cap ?? Number.POSITIVE_INFINITY
}
