import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Clock, Problem, systemCode, throwIfAborted } from '../../core/index.ts'
import { checkOrder } from '../check-order.ts'
import { fits } from '../fits.ts'
import { checkRun, machineName, parseMachineName } from '../names.ts'
import type { CallOptions, Machine, Offer, Order, Provider, Resource } from '../provider.ts'
import { type MachineFile, readMachineFile, unlessMissing, writeMachineFile } from './machine-file.ts'
import { endProcesses } from './processes.ts'

export interface LocalOptions {
  /** Holds a folder for each machine. Made when it is first needed. */
  readonly folder: string
  readonly clock: Clock
}

const zone = 'here'

/**
 * This computer as a provider: a machine is a folder, and the processes that were started in it (`startLocal`). It costs nothing, so
 * that everything that is done on rented machines can be tried. A folder comes and goes by one renaming:
 * `RUN` is a machine, `.gone-RUN-…` one whose processes are being ended.
 */
export function local({ folder, clock }: LocalOptions): Provider {
  const place = (run: string): string => join(folder, run)

  const entries = async (): Promise<readonly string[]> => (await unlessMissing(readdir(folder))) ?? []
  const goneOf = async (run: string): Promise<readonly string[]> =>
    (await entries()).filter(name => name.startsWith(`.gone-${run}-`) || name.startsWith(`.new-${run}-`))

  const find = async (run: string, options: CallOptions = {}): Promise<Machine | undefined> => {
    throwIfAborted(options.signal)
    checkRun(run)
    const file = await readMachineFile(place(run))
    return file && machineOf(file)
  }

  const make = async (order: Order, name: string): Promise<void> => {
    const { run } = order.marks
    const suffix = randomBytes(6).toString('hex')
    const fresh = join(folder, `.new-${run}-${suffix}`)
    await mkdir(fresh, { recursive: true })
    const id = `${run}-${suffix}`
    await writeMachineFile(fresh, { id, name, type: order.offer.type, created: clock.now(), marks: order.marks })
    try {
      await rename(fresh, place(run))
    } catch (error) {
      // Another one was faster, or the run is being destroyed: what is there now counts.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) throw error
      await rm(fresh, { recursive: true, force: true })
    }
  }

  /** @returns whether nothing was left to do */
  const destroyOnce = async (run: string): Promise<boolean> => {
    await unlessMissing(rename(place(run), join(folder, `.gone-${run}-${randomBytes(6).toString('hex')}`)))
    const gone = await goneOf(run)
    for (const name of gone) {
      const file = await readMachineFile(join(folder, name))
      if (file !== undefined && (await endProcesses(file.id)) > 0) continue
      // Once more without the folder: a process that was just being started has its mark only now.
      if ((await remove(join(folder, name))) && file !== undefined) await endProcesses(file.id)
    }
    return gone.length === 0
  }

  return {
    name: 'local',
    now: async options => {
      throwIfAborted(options?.signal)
      return clock.now()
    },
    offers: async (need, options) => {
      throwIfAborted(options?.signal)
      return [thisComputer()].filter(offer => fits(offer, need))
    },
    find,
    create: async (order, options) => {
      const name = checkOrder(order)
      for (let attempt = 0; attempt < 10; attempt++) {
        const found = await find(order.marks.run, options)
        if (found !== undefined) return found
        await make(order, name)
      }
      throw new Problem(`Cannot make the local machine "${name}": it was destroyed each time by someone else`)
    },
    list: async options => {
      throwIfAborted(options?.signal)
      const found = await Promise.all((await entries()).map(async name => resourceOf(name, join(folder, name))))
      return found.filter(resource => resource !== undefined)
    },
    renew: async (run, deadline, options) => {
      throwIfAborted(options?.signal)
      const file = await readMachineFile(place(run))
      if (file === undefined) return
      const marks = { ...file.marks, deadline: Math.min(deadline, file.marks.limit) }
      await writeMachineFile(place(run), { ...file, marks })
    },
    destroy: async (run, options) => {
      checkRun(run)
      for (let pause = 10; ; pause = Math.min(1000, pause * 2)) {
        throwIfAborted(options?.signal)
        if (await destroyOnce(run)) return
        await clock.sleep(pause, options?.signal)
      }
    },
  }
}

function thisComputer(): Offer {
  return {
    provider: 'local',
    type: 'local',
    zone,
    cpus: availableParallelism(),
    memory: totalmem(),
    gpus: 0,
    availability: 'available',
    price: { perUnit: 0, unit: 'minute', volumePerHour: 0, addressPerHour: 0 },
  }
}

function machineOf({ id, name, type, marks }: MachineFile): Machine {
  return { id, name, zone, type, marks, state: 'running' }
}

/** Undefined for what is no machine, or half made. */
async function resourceOf(entry: string, path: string): Promise<Resource | undefined> {
  const gone = /^\.gone-([0-9a-f]{12})-/.exec(entry)?.[1]
  if (gone === undefined && !/^[0-9a-f]{12}$/.test(entry)) return undefined
  const file = await readMachineFile(path)
  if (gone !== undefined) {
    const name = machineName(parseMachineName(file?.name ?? '')?.stage ?? 'machine', gone, 'folder')
    const marks = file?.marks
    return {
      kind: 'volume',
      id: entry,
      name,
      zone,
      marks,
      state: 'ending',
      created: file?.created ?? 0,
      pricePerHour: 0,
    }
  }
  if (file === undefined) return undefined
  const { id, name, marks, created } = file
  return { kind: 'server', id, name, zone, marks, state: 'running', created, pricePerHour: 0 }
}

/** @returns false when something still writes there */
async function remove(folder: string): Promise<boolean> {
  try {
    await rm(folder, { recursive: true, force: true })
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOTEMPTY' || systemCode(error) === 'EBUSY') return false
    throw error
  }
}
