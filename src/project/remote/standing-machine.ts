import { digestOf, Misuse } from '../../core/index.ts'
import { giveBack, type Machine, reachable, rent, type Shell } from '../../machines/index.ts'
import type { Workspace } from '../workspace.ts'
import { type FoundRun, findRun } from './find-run.ts'
import { type RentalPlan, rentalPlan } from './rental-plan.ts'
import { placeOf, type RentingOptions, renting } from './renting.ts'

/** A machine that stays when the command ends, until its limit or until somebody stops it. */
export interface StandingMachine {
  readonly machine: Machine
  readonly shell: Shell
  /** Its own folder there: an absolute path. */
  readonly folder: string
  /** Rented by this very command. */
  readonly isNew: boolean
  /** Destroys it. */
  giveBack(): Promise<void>
}

export interface StandingOptions extends RentingOptions {
  readonly longest: number
  /** Shown what it will cost. Throws when that is not wanted. Absent: a machine that is there is wanted. */
  agree?(plan: RentalPlan): Promise<void>
}

/** What it is for, in its name. */
const stage = 'deploy'

/**
 * The machine of a project's deployment under a name of the configuration: the one that is there, or a new one. Nobody renews its
 * lease, so the lease goes to its limit at once.
 *
 * @throws Misuse when there is none, and none is to be rented
 */
export async function standingMachine(workspace: Workspace, options: StandingOptions): Promise<StandingMachine> {
  const { machines, on, longest, agree } = options
  const { spec } = placeOf(workspace, options)
  const { run, cost } = await runOf(workspace, options)
  if (cost === undefined) {
    if (agree === undefined)
      throw new Misuse(`Cannot use what is deployed on "${on}": nothing is`, { next: `chestnut deploy --on ${on}` })
    await agree((await rentalPlan({ on, stage, run, spec, machines, longest })).plan)
  }
  const { rentOptions, reach } = await renting(workspace, options, { run, stage })
  const end = (): Promise<void> => giveBack({ ...rentOptions, signal: undefined })
  try {
    await rent(rentOptions)
    const { machine, reached } = await reachable(rentOptions, reach)
    await rentOptions.provider.renew(run, machine.marks.limit)
    return {
      machine,
      shell: await reached.connected(),
      folder: reached.folder,
      isNew: cost === undefined,
      giveBack: end,
    }
  } catch (error) {
    // What answered before goes on answering.
    if (cost === undefined) await end()
    throw error
  }
}

/** The run of the machine that is there, or of the next one. One past its limit, which nobody swept, lets nobody in any more: it goes. */
async function runOf(workspace: Workspace, options: StandingOptions): Promise<FoundRun> {
  const { journal } = options.machines
  const key = digestOf({ deployment: workspace.config.name, on: options.on })
  const found = await findRun(journal, key)
  const limit = found.cost?.open?.intent.limit
  if (limit === undefined || limit > (await placeOf(workspace, options).provider.now())) return found
  const { rentOptions } = await renting(workspace, options, { run: found.run, stage })
  await giveBack({ ...rentOptions, signal: undefined })
  return findRun(journal, key)
}
