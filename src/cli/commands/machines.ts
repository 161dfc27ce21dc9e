import { randomBytes } from 'node:crypto'
import { duration, Interrupted, Misuse, Problem, systemClock } from '../../core/index.ts'
import {
  byRun,
  giveBack,
  type Provider,
  parseMachineName,
  type Sweep,
  scalewayProvider,
  sweep,
} from '../../machines/index.ts'
import {
  eachPlace,
  type ListedMachine,
  listMachines,
  loadConfig,
  type MachineList,
  type Machines,
  machineOwner,
  openMachines,
  openStore,
} from '../../project/index.ts'
import { interruption } from '../interruption.ts'
import { type Output, output, paint } from '../output.ts'
import type { CommonOptions } from '../session.ts'

/** What is rented now. */
export async function list(options: CommonOptions): Promise<void> {
  await withMachines(options, async ({ machines, out }) => {
    const { list: found, failures } = await listMachines(machines, systemClock.now())
    out.record(found)
    if (found.machines.length === 0) out.say(failures.length === 0 ? 'Nothing is rented.' : 'Nothing was found.')
    for (const machine of found.machines) for (const line of linesOf(machine)) out.say(line)
    out.say(paint('dim', `${found.month.month}: €${found.month.euros.toFixed(2)} so far, without VAT`, process.stdout))
    fail(out, failures)
  })
}

/** Destroys what is past its deadline. */
export async function sweepNow(options: CommonOptions & { scaleway?: boolean }): Promise<void> {
  if (options.scaleway === true) return await sweepScaleway(options)
  await withMachines(options, async ({ machines, out, signal }) => {
    const { journal } = machines
    const swept: Record<string, Sweep> = {}
    const failures = await eachPlace(machines, async provider => {
      const heartbeat = machines.heartbeat(provider)
      swept[provider.name] = await sweep(provider, { clock: systemClock, journal, heartbeat, signal })
    })
    fail(out, [...failures, ...tell(out, swept)])
  })
}

/** @throws Problem with the last of what went wrong; the others are warned of. */
function fail(out: Output, failures: readonly Problem[]): void {
  const last = failures.at(-1)
  if (last === undefined) return
  for (const { message } of failures.slice(0, -1)) out.warn(message)
  // Whatever it was: the command did a part of what it was asked to.
  throw new Problem(last.message, { cause: last, ...(last.next === undefined ? {} : { next: last.next }) })
}

/** With the keys of the environment alone: as the guard does it, which has neither a configuration nor a journal. */
async function sweepScaleway(options: CommonOptions): Promise<void> {
  const { signal, release } = interruption()
  try {
    const out = output({ json: options.json ?? false })
    const provider = scalewayProvider({ clock: systemClock, notice: out.warn })
    fail(out, tell(out, { [provider.name]: await sweep(provider, { clock: systemClock, signal }) }))
  } finally {
    release()
  }
}

/** @returns what went wrong */
function tell(out: Output, swept: Readonly<Record<string, Sweep>>): readonly Problem[] {
  out.record(swept)
  const sweeps = Object.values(swept)
  const destroyed = sweeps.flatMap(one => one.destroyed)
  const kept = sweeps.reduce((sum, one) => sum + one.kept, 0)
  const failed = sweeps.flatMap(one => one.failed)
  for (const { names } of destroyed) out.say(`destroyed ${names.join(', ')}`)
  if (destroyed.length + failed.length === 0) out.say('Nothing is overdue.')
  if (kept > 0) out.say(`${kept === 1 ? '1 run is' : `${kept} runs are`} within the deadline and stay`)
  const untold = sweeps.flatMap(one => (one.untold === undefined ? [] : [one.untold]))
  return [
    ...untold.map(why => new Problem(`Cannot write down what was swept: ${why}. What is destroyed is destroyed`)),
    ...failed.map(
      ({ names, reason }) =>
        new Problem(`Cannot destroy "${names.join(', ')}": ${reason}. It is still billed`, {
          next: 'chestnut machines sweep',
        }),
    ),
  ]
}

/** Destroys the machines of runs, whatever their deadline. */
export async function stop(wanted: readonly string[], options: CommonOptions & { all?: boolean }): Promise<void> {
  if (wanted.length === 0 && options.all !== true) {
    throw new Misuse('Cannot stop a machine: none is named, wanted names or runs, or "--all" for all of this project', {
      next: 'chestnut machines list',
    })
  }
  await withMachines(options, async ({ machines, owner, out, signal }) => {
    const { chosen, failures } = await choose(machines, wanted, options.all === true ? owner : undefined)
    const by = randomBytes(4).toString('hex')
    const listed = async (): Promise<MachineList['machines']> =>
      options.json ? (await listMachines(machines, systemClock.now())).list.machines : []
    const before = await listed()
    // At once: one whose place does not answer is waited for, and must not keep the others running.
    const ends = await Promise.allSettled(
      chosen.map(async ({ provider, run, name }) => {
        await giveBack({ provider, journal: machines.journal, clock: systemClock, run, by, signal })
        out.say(`destroyed ${name}`)
      }),
    )
    const destroyed = chosen.filter((_, i) => ends[i]?.status === 'fulfilled')
    if (chosen.length === 0 && failures.length === 0) out.say('Nothing is rented.')
    const chosenRuns = new Set(chosen.map(({ run }) => run))
    const left = (await listed()).filter(
      one => chosenRuns.has(one.run) || (options.all === true && one.owner === owner),
    )
    out.record({
      format: 'chestnut.machines-stopped/1',
      destroyed: destroyed.map(({ run, name }) => ({
        run,
        name,
        euros: before.find(one => one.run === run)?.euros ?? 0,
      })),
      left: left.map(({ name }) => name),
    })
    const reasons = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
    const defect = reasons.find(reason => !(reason instanceof Problem) || reason instanceof Interrupted)
    if (defect !== undefined) throw defect
    fail(out, [...failures, ...reasons.filter(reason => reason instanceof Problem)])
  })
}

interface Chosen {
  readonly provider: Provider
  readonly run: string
  readonly name: string
}

/** @throws Misuse, before anything is stopped, when one that is named is nowhere */
async function choose(
  machines: Machines,
  wanted: readonly string[],
  owner: string | undefined,
): Promise<{ readonly chosen: readonly Chosen[]; readonly failures: readonly Problem[] }> {
  const chosen: Chosen[] = []
  const missing = new Set(wanted)
  const failures = await eachPlace(machines, async provider => {
    for (const [run, group] of byRun(await provider.list())) {
      const names = wanted.filter(word => word === run || parseMachineName(word)?.run === run)
      if (names.length === 0 && !(owner !== undefined && group.some(({ marks }) => marks?.owner === owner))) continue
      for (const word of names) missing.delete(word)
      chosen.push({ provider, run, name: (group.find(({ kind }) => kind === 'server') ?? group[0]!).name })
    }
  })
  if (missing.size === 0) return { chosen, failures }
  const next = 'chestnut machines list'
  const what = `Cannot stop "${[...missing].join('", "')}"`
  if (failures.length === 0) throw new Misuse(`${what}: there is no such machine`, { next })
  return { chosen, failures: [...failures, new Problem(`${what}: it was not found where one could look`, { next })] }
}

function linesOf(machine: ListedMachine): readonly string[] {
  const { name, provider, stage, since, deadline, isOverdue, eurosPerHour, euros, state, has, owner } = machine
  const age = duration(Math.max(0, Date.now() - Date.parse(since)))
  const due = deadline === undefined ? 'no deadline: it outlived its machine' : `deadline ${deadline}`
  const details = `${stage} for ${owner ?? 'nobody known'}, ${provider}, ${state}, ${has.join(' + ')}; since ${since} (${age})`
  return [
    `${paint('bold', name, process.stdout)}  €${eurosPerHour.toFixed(4)} an hour, €${euros.toFixed(2)} so far`,
    `  ${details}`,
    `  ${isOverdue ? paint('red', `${due}, overdue: chestnut machines sweep`, process.stdout) : due}`,
  ]
}

interface Opened {
  readonly machines: Machines
  readonly owner: string
  readonly out: Output
  readonly signal: AbortSignal
}

async function withMachines(options: CommonOptions, work: (opened: Opened) => Promise<void>): Promise<void> {
  const { config, base } = await loadConfig(process.cwd(), options.config)
  const { signal, release } = interruption()
  try {
    const out = output({ json: options.json ?? false })
    await using store = await openStore(config, base)
    const machines = openMachines(config, base, { clock: systemClock, store, notice: out.warn })
    await work({ machines, owner: machineOwner(config), out, signal })
  } finally {
    release()
  }
}
