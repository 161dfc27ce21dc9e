import type { TestContext } from 'node:test'
import { eventually } from '../../testing/eventually.ts'
import { parseMachineName } from '../names.ts'
import type { Machine, Marks, Order, Provider, Resource } from '../provider.ts'

/** A provider to be judged, with nothing in it. */
export interface OpenProvider {
  readonly provider: Provider
  /** The same place as another controller sees it: one that shares no memory with `provider`. */
  readonly elsewhere: Provider
  /** What the provider's own clock shows. Waiting inside the provider must need no help: its clock hurries, or is the real one. */
  readonly clock: { now(): number; advance(milliseconds: number): Promise<void> }
  /** An order of the cheapest that can be had, with these marks. */
  order(marks: Marks): Promise<Order>
  /** Machines that it can have at once. Default: at least two. */
  readonly most?: number
  readonly faults?: ProviderFaults
}

/** What can be made to happen to a provider. What is left out is not tried. */
export interface ProviderFaults {
  /** Nothing can be asked or done between `begin` and `end`. */
  readonly outage?: {
    begin(): void
    end(): void
    /** How many calls it has refused. */
    refused(): number
  }
  /** The next call that makes a machine makes it, and its answer is lost. */
  loseAnswer?(): void
  /** From now on, nothing is in stock. */
  sellOut?(): void
  /** Takes away the run's server and leaves what it had, without marks, as a crash or the provider's own "terminate" does. */
  leaveBehind?(run: string): Promise<void>
}

export type Open = (context: TestContext) => Promise<OpenProvider>

export const minute = 60_000
export const run = '0123456789ab'
export const other = 'ba9876543210'

/** Marks in whole seconds: a deadline in 20 minutes, a limit in 4 hours. */
export function marksOf({ clock }: OpenProvider, of: string = run): Marks {
  const now = Math.floor(clock.now() / 1000) * 1000
  return { owner: 'contract', run: of, deadline: now + 20 * minute, limit: now + 240 * minute }
}

export async function comesToRun({ provider, clock }: OpenProvider): Promise<Machine> {
  let machine: Machine | undefined
  await eventually(async () => {
    machine = await provider.find(run)
    if (machine?.state === 'running') return true
    await clock.advance(5_000)
    return false
  })
  return machine!
}

export function ofRun(resources: readonly Resource[], wanted: string): readonly Resource[] {
  return resources.filter(one => (one.marks?.run ?? parseMachineName(one.name)?.run) === wanted)
}

export function serversOf(resources: readonly Resource[], wanted: string): readonly Resource[] {
  return ofRun(resources, wanted).filter(one => one.kind === 'server')
}
