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
    const found = await listMachines(machines)
    out.record(found)
    if (found.machines.length === 0) out.say('Nothing is rented.')
    for (const machine of found.machines) for (const line of linesOf(machine)) out.say(line)
    out.say(paint('dim', `${found.month.month}: €${found.month.euros.toFixed(2)} so far, without VAT`, process.stdout))
  })
}

/** Destroys what is past its deadline. */
export async function sweepNow(options: CommonOptions & { scaleway?: boolean }): Promise<void> {
  if (options.scaleway === true) return await sweepScaleway(options)
  await withMachines(options, async ({ machines, out, signal }) => {
    const { journal, providers } = machines
    const swept: Record<string, Sweep> = {}
    const failures = await eachOf(providers, async provider => {
      const heartbeat = machines.heartbeat(provider)
      swept[provider.name] = await sweep(provider, { clock: systemClock, journal, heartbeat, signal })
    })
    for (const { message } of failures.slice(1)) out.warn(message)
    tell(out, swept)
    if (failures[0] !== undefined) throw failures[0]
  })
}

/** A place that cannot be reached does not keep the others from their turn. @returns why it could not */
async function eachOf(
  providers: readonly Provider[],
  work: (provider: Provider) => Promise<void>,
): Promise<readonly Problem[]> {
  const failures: Problem[] = []
  for (const provider of providers) {
    try {
      await work(provider)
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof Interrupted) throw error
      failures.push(error)
    }
  }
  return failures
}

/** With the keys of the environment alone: as the guard does it, which has neither a configuration nor a journal. */
async function sweepScaleway(options: CommonOptions): Promise<void> {
  const { signal, release } = interruption()
  try {
    const out = output({ json: options.json ?? false })
    const provider = scalewayProvider({ clock: systemClock, notice: out.warn })
    tell(out, { [provider.name]: await sweep(provider, { clock: systemClock, signal }) })
  } finally {
    release()
  }
}

/** @throws Problem when something overdue is still there. */
function tell(out: Output, swept: Readonly<Record<string, Sweep>>): void {
  out.record(swept)
  const sweeps = Object.values(swept)
  const destroyed = sweeps.flatMap(one => one.destroyed)
  const kept = sweeps.reduce((sum, one) => sum + one.kept, 0)
  for (const { names } of destroyed) out.say(`destroyed ${names.join(', ')}`)
  if (destroyed.length === 0) out.say('Nothing is overdue.')
  if (kept > 0) out.say(`${kept === 1 ? '1 run is' : `${kept} runs are`} within the deadline and stay`)
  const failed = sweeps.flatMap(one => one.failed)
  if (failed.length === 0) return
  const names = failed.map(one => one.names.join(', ')).join('; ')
  throw new Problem(`Cannot destroy "${names}": ${failed[0]!.reason}. It is still billed`, {
    next: 'chestnut machines sweep',
  })
}

/** Destroys the machines of runs, whatever their deadline. */
export async function stop(wanted: readonly string[], options: CommonOptions & { all?: boolean }): Promise<void> {
  if (wanted.length === 0 && options.all !== true) {
    throw new Misuse('Cannot stop a machine: none is named, wanted names or runs, or "--all" for all of this project', {
      next: 'chestnut machines list',
    })
  }
  await withMachines(options, async ({ machines, owner, out, signal }) => {
    const chosen = await choose(machines, wanted, options.all === true ? owner : undefined)
    const by = randomBytes(4).toString('hex')
    const listed = async (): Promise<MachineList['machines']> =>
      options.json ? (await listMachines(machines)).machines : []
    const before = await listed()
    for (const { provider, run, name } of chosen) {
      await giveBack({ provider, journal: machines.journal, clock: systemClock, run, by, signal })
      out.say(`destroyed ${name}`)
    }
    if (chosen.length === 0) out.say('Nothing is rented.')
    const chosenRuns = new Set(chosen.map(({ run }) => run))
    const left = (await listed()).filter(
      one => chosenRuns.has(one.run) || (options.all === true && one.owner === owner),
    )
    out.record({
      format: 'chestnut.machines-stopped/1',
      destroyed: chosen.map(({ run, name }) => ({ run, name, euros: before.find(one => one.run === run)?.euros ?? 0 })),
      left: left.map(({ name }) => name),
    })
  })
}

interface Chosen {
  readonly provider: Provider
  readonly run: string
  readonly name: string
}

async function choose(
  machines: Machines,
  wanted: readonly string[],
  owner: string | undefined,
): Promise<readonly Chosen[]> {
  const chosen: Chosen[] = []
  const missing = new Set(wanted)
  for (const provider of machines.providers) {
    for (const [run, group] of byRun(await provider.list())) {
      const isNamed = wanted.some(word => word === run || parseMachineName(word)?.run === run)
      if (!isNamed && !(owner !== undefined && group.some(({ marks }) => marks?.owner === owner))) continue
      for (const word of wanted) if (word === run || parseMachineName(word)?.run === run) missing.delete(word)
      chosen.push({ provider, run, name: (group.find(({ kind }) => kind === 'server') ?? group[0]!).name })
    }
  }
  if (missing.size === 0) return chosen
  throw new Misuse(`Cannot stop "${[...missing].join('", "')}": there is no such machine`, {
    next: 'chestnut machines list',
  })
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
