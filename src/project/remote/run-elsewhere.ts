import { setMaxListeners } from 'node:events'
import { Misuse, Problem, type RunRecord, throwIfAborted } from '../../core/index.ts'
import {
  euros,
  giveBack,
  type Heartbeat,
  jobState,
  keepLease,
  ledgerOf,
  type Machine,
  type Provider,
  reachable,
  rent,
  withMachine,
} from '../../machines/index.ts'
import { Conflict } from '../../store/index.ts'
import type { MachineSpec } from '../machine-spec.ts'
import type { Stage } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import { type Cargo, packBundle } from './cargo.ts'
import { Detached } from './detached.ts'
import { checkEgress, sendsFeatures } from './egress.ts'
import type { Elsewhere } from './elsewhere.ts'
import { findRun, keepRemoteRun } from './find-run.ts'
import { doJob, type Job, jobFolderOf, startWork } from './job.ts'
import { headName } from './learn-elsewhere.ts'
import type { MachineLink } from './machine-link.ts'
import { programFor } from './program.ts'
import { type RemotePlan, remotePlan } from './remote-plan.ts'
import { placeOf, type RentingOptions, renting, usualLongest } from './renting.ts'
import { forgetRunKey, runKey } from './run-key.ts'

export interface ElsewhereOptions extends Omit<RentingOptions, 'packages'> {
  readonly stage: string
  /** Shown what it will cost before anything is rented. Throws when that is not wanted. */
  agree(plan: RemotePlan): Promise<void>
}

/** Stages that begin from data alone, which can travel. */
const movable = ['prepare', 'train', 'evaluate']

/**
 * Another machine of the configuration for one of the stages.
 *
 * @throws Misuse when there is none of this name, or the stage works on what is here; Refusal when its inputs may not leave
 */
export function elsewhere(workspace: Workspace, options: ElsewhereOptions): Elsewhere {
  if (!movable.includes(options.stage))
    throw new Misuse(`Cannot run "${options.stage}" on another machine: it works on what is here`, {
      next: `chestnut ${options.stage} without --on`,
    })
  const place = placeOf(workspace, options)
  // Before the stages that come before it, which may take hours.
  checkEgress(workspace.config, place.spec, options.stage, options.on)
  const looksHere = sendsFeatures(workspace.config, options.stage)
  return {
    stage: looksHere ? headName : options.stage,
    looksHere,
    run: async (stage, key) => {
      const { run, cost } = await findRun(options.machines.journal, key)
      const pack = packer(workspace, stage, key, place.spec)
      if (cost === undefined) {
        const cargo = await pack()
        const longest = options.longest ?? usualLongest
        const plan = { stage: stage.name, on: options.on, run, ...place, machines: options.machines, cargo, longest }
        await options.agree(await remotePlan(workspace, plan))
        await keepRemoteRun(workspace.store, {
          format: 'chestnut.remote-run/1',
          run,
          stage: stage.name,
          key,
          on: options.on,
        })
      } else workspace.progress({ kind: 'note', text: `going on with run ${run}, which was begun before` })
      const job: Job = { run, stage: stage.name, key, on: options.on, pack }
      return options.detach === true ? await leave(workspace, options, job) : await finishJob(workspace, options, job)
    },
    finish: async (stage, key) => {
      const { run, cost } = await findRun(options.machines.journal, key)
      if (cost !== undefined) await settleRun(workspace, options, { run, stage, key })
    },
  }
}

/** Gathers and packs what travels, once. */
function packer(workspace: Workspace, stage: Stage, key: string, spec: MachineSpec): () => Promise<Cargo> {
  let packed: Promise<Cargo> | undefined
  const pack = async (): Promise<Cargo> => {
    const needs = await stage.needs?.()
    if (needs === undefined) throw new Error(`The stage "${stage.name}" does not say what it needs`)
    const bundle = await packBundle(workspace, stage.name, key, needs)
    return { needs, bundle, ...(spec.kind === 'local' ? {} : { program: await programFor(workspace) }) }
  }
  return () => {
    packed ??= pack()
    return packed
  }
}

/** Rents, works, fetches and gives back; after a crash it goes on where the one before it died. */
export async function finishJob(workspace: Workspace, options: RentingOptions, job: Job): Promise<RunRecord> {
  const { progress, cache } = workspace
  const { rentOptions, reach, rented } = await renting(workspace, options, job)
  const state = { phase: 'sending' as 'sending' | 'running' | 'collecting' }
  const { value, euros: cost } = await forgetting(workspace, options, job, () =>
    withMachine<MachineLink, RunRecord>({
      ...rentOptions,
      reach,
      heartbeat: async (_machine, link) => {
        if (state.phase !== 'running') return await rentOptions.provider.now()
        return (await beatOf(link, job))?.time
      },
      work: async ({ machine, reached, signal: stop }) => {
        const inside = { ...workspace, signal: stop }
        const record = await doJob(inside, job, {
          link: reached,
          machine,
          now: () => rentOptions.provider.now({ signal: stop }),
          rentedAt: rented(),
          onPhase: phase => {
            state.phase = phase
          },
        })
        const kept = {
          ...record,
          machine: { ...record.machine, rented: kindOf(placeOf(workspace, options).spec, machine) },
        }
        // Before the machine goes: should we die now, nothing is lost.
        await cache.keep(job.key, kept)
        await tidied(inside, options, reached)
        return kept
      },
    }),
  )
  const record = await book(workspace, job, value, cost)
  progress({ kind: 'note', text: `machine given back; the run cost €${cost.toFixed(4)}` })
  await forgetRunKey(workspace.state, job.run)
  return record
}

/** A server that is there before and after keeps nothing of a run. One that dies here is tidied by the next run. */
async function tidied(
  workspace: Workspace,
  options: RentingOptions,
  { connected, folder }: MachineLink,
): Promise<void> {
  if (placeOf(workspace, options).spec.kind !== 'existing') return
  try {
    await using shell = await connected(workspace.signal)
    await shell.run(['rm', '-rf', folder], { signal: workspace.signal, timeout: 600_000 })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const text = `${error.message}; what the run left there is removed by the next run on this machine`
    workspace.progress({ kind: 'warning', text })
  }
}

/** The key of a run that failed is of no use once its machine is gone. */
async function forgetting<T>(
  { state }: Workspace,
  { machines }: RentingOptions,
  { run }: Job,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // A journal that cannot be read does not tell, and must not hide what went wrong: the key stays.
    const costs = await machines.journal.read(run).then(ledgerOf, () => undefined)
    if (costs !== undefined && costs[0]?.open === undefined) await forgetRunKey(state, run)
    throw error
  }
}

async function beatOf(link: MachineLink, job: Job): Promise<Heartbeat | undefined> {
  await using shell = await link.connected()
  return (await jobState(shell, jobFolderOf(link, job))).heartbeat
}

/** A record tells of a kind of machine: of one of yours not even its host. */
export function kindOf({ kind }: MachineSpec, { type }: Pick<Machine, 'type'>): string {
  return kind === 'local' || kind === 'ssh' ? kind : `scaleway ${type}`
}

/** Begins the job and leaves it. Nobody moves its lease on meanwhile, so the lease goes to its limit. */
async function leave(workspace: Workspace, options: ElsewhereOptions, job: Job): Promise<never> {
  const { rentOptions, reach } = await renting(workspace, options, job)
  const { provider } = rentOptions
  try {
    await rent(rentOptions)
    const { machine, reached } = await reachable(rentOptions, reach)
    await withLease(workspace, provider, job, stop =>
      startWork({ ...workspace, signal: stop }, job, { link: reached, machine, now: () => provider.now() }),
    )
    await provider.renew(job.run, machine.marks.limit)
    throw new Detached(job.run, machine.marks.limit)
  } catch (error) {
    if (error instanceof Detached) throw error
    await giveBack({ ...rentOptions, signal: undefined })
    await forgetRunKey(workspace.state, job.run)
    throw error
  }
}

/** What is sent may take longer than the first lease. */
async function withLease(
  { clock, signal }: Workspace,
  provider: Provider,
  { run }: Job,
  work: (stop: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  setMaxListeners(0, stop)
  const lease = keepLease({ provider, run, clock, heartbeat: () => provider.now({ signal: stop }), signal: stop })
  try {
    await Promise.race([work(stop), lease])
    throwIfAborted(signal)
  } finally {
    over.abort()
    await lease
  }
}

/** Gives back the machine of a work that is done, and books what it cost. */
async function settleRun(
  workspace: Workspace,
  options: Pick<ElsewhereOptions, 'machines' | 'on'>,
  { run, key }: Pick<Job, 'run' | 'stage' | 'key'>,
): Promise<void> {
  const { machines } = options
  const { provider } = placeOf(workspace, options)
  const { by } = await runKey(workspace.state, run)
  const { clock, signal } = workspace
  await giveBack({ provider, journal: machines.journal, clock, run, by, signal })
  const [cost] = ledgerOf(await machines.journal.read(run))
  const record = await workspace.cache.find(key)
  if (record !== undefined && cost !== undefined)
    await book(workspace, { key }, record, euros(cost, await provider.now()))
  await forgetRunKey(workspace.state, run)
}

/** The record with what it cost, in the cache and among the runs. */
async function book(
  { cache, records }: Workspace,
  { key }: Pick<Job, 'key'>,
  record: RunRecord,
  amount: number,
): Promise<RunRecord> {
  const priced = { ...record, cost: { amount: Number(amount.toFixed(6)), currency: 'EUR' } }
  await cache.keep(key, priced)
  try {
    await records.keep(priced)
  } catch (error) {
    // Another controller of the same run was faster.
    if (!(error instanceof Conflict)) throw error
  }
  return priced
}
