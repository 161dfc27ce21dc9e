import { notFound, preconditionFailed } from './api-error.ts'
import { type FakeBoot, noBoot, type Running } from './boot.ts'
import { fakePrices } from './catalogue.ts'
import { hour, minute } from './charges.ts'
import { releaseVolumes } from './volumes.ts'
import type { FakeServer, ServerState, World } from './world.ts'

export type Action = 'poweron' | 'poweroff' | 'stop_in_place' | 'reboot' | 'terminate' | 'backup'

/** Milliseconds that each takes, from its request to its end, as recorded of the real one. */
export interface Timings {
  readonly poweron: number
  readonly poweroff: number
  readonly stop_in_place: number
  readonly reboot: number
  readonly terminate: number
}

export const realTimings: Timings = {
  poweron: 6_000,
  poweroff: 46_000,
  stop_in_place: 10_000,
  reboot: 20_000,
  terminate: 5_000,
}

const allowed: Readonly<Record<ServerState, readonly Action[]>> = {
  stopped: ['poweron', 'backup'],
  'stopped in place': ['poweron', 'backup'],
  starting: ['stop_in_place', 'backup'],
  stopping: ['stop_in_place', 'backup'],
  running: ['poweroff', 'terminate', 'reboot', 'stop_in_place', 'backup'],
}

export function allowedActions(server: FakeServer): readonly Action[] {
  return allowed[server.state]
}

/** What the servers of a world go through, and what stands for their machines. */
export class Lifecycle {
  readonly #world: World
  readonly #timings: Timings
  readonly #boot: FakeBoot
  readonly #running = new Map<string, Promise<Running>>()
  readonly #stopping = new Set<Promise<void>>()
  /** The number of the last step that each server was sent on. */
  readonly #expected = new Map<string, number>()
  #steps = 0

  constructor(world: World, timings: Timings = realTimings, boot: FakeBoot = noBoot) {
    this.#world = world
    this.#timings = timings
    this.#boot = boot
  }

  /** @throws ApiError when the server's state does not allow it. */
  act(server: FakeServer, action: Action): void {
    if (!allowedActions(server).includes(action)) {
      throw preconditionFailed('resource_not_usable', `server is ${server.state}, "${action}" is not allowed`)
    }
    if (action === 'terminate' && server.protected) throw protectedServer()
    const steps: Readonly<Record<Action, () => void>> = {
      poweron: () => this.#powerOn(server),
      terminate: () => this.#leave(server, 'terminating', this.#timings.terminate, () => this.remove(server, true)),
      poweroff: () => this.#leave(server, '', this.#timings.poweroff, () => this.#powerOff(server)),
      stop_in_place: () => this.#leave(server, '', this.#timings.stop_in_place, () => this.standBy(server)),
      reboot: () => this.#reboot(server),
      backup: () => {
        throw preconditionFailed('not_supported', 'this fake makes no backups')
      },
    }
    steps[action]()
  }

  /** The server runs up a bill from its creation on; it is free only once it is powered off or gone. */
  startCharge(server: FakeServer): void {
    if (server.charge !== undefined) return
    const { id, name, zone, type } = server
    const [unit, share] = type.unit === 'minute' ? [minute, minute / hour] : [hour, 1]
    const price = type.pricePerHour * share
    server.charge = this.#world.charge('server', { id, name, zone, tags: () => server.tags, price, unit, whole: true })
  }

  /** DELETE: of one that does not run. Its local volumes stay. */
  delete(server: FakeServer): void {
    if (server.state !== 'stopped' && server.state !== 'stopped in place') {
      throw preconditionFailed('resource_not_usable', 'server should be stopped')
    }
    if (server.protected) throw protectedServer()
    this.remove(server, false)
  }

  /** The system of a running server went down by itself. */
  guestPowerOff(server: FakeServer): void {
    if (server.state !== 'running') throw notFound('machine', server.id)
    this.standBy(server)
  }

  /** The machine is off, its place is kept and the bill runs on. */
  standBy(server: FakeServer): void {
    this.#become(server, 'stopped in place')
    this.#stopMachine(server)
  }

  /** Gone, with what goes along. */
  remove(server: FakeServer, terminated: boolean): void {
    this.#stopMachine(server)
    this.#endCharges(server)
    releaseVolumes(this.#world, server, terminated)
    for (const address of this.#world.addresses.values()) {
      if (address.server === server.id) address.server = undefined
    }
    this.#world.servers.delete(server.id)
  }

  /** The machines that stand behind the servers, for the end of a test. */
  async close(): Promise<void> {
    const machines = [...this.#running.values()]
    this.#running.clear()
    await Promise.all([...machines.map(async machine => (await machine).stop()), ...this.#stopping])
  }

  /** Resolves when no machine is on its way up or down. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running.values(), ...this.#stopping])
  }

  #powerOn(server: FakeServer): void {
    this.startCharge(server)
    this.#become(server, 'starting', 'allocating node')
    this.#giveAddress(server)
    this.#later(server, 'starting', this.#timings.poweron, () => this.#run(server))
  }

  #run(server: FakeServer): void {
    this.#become(server, 'running', 'booting kernel')
    this.#running.set(server.id, this.#started(server))
  }

  /** A machine that does not come up leaves its server running, and billed, without host keys. */
  async #started(server: FakeServer): Promise<Running> {
    try {
      const running = await this.#boot(server)
      if (running.address !== undefined && server.dynamic !== undefined) server.dynamic.address = running.address
      if (running.fingerprints !== undefined) server.userData.set('ssh-host-fingerprints', running.fingerprints)
      return running
    } catch (error) {
      console.error(`The machine of the fake's server "${server.name}" does not come up:`, error)
      return { stop: () => undefined }
    }
  }

  #reboot(server: FakeServer): void {
    this.#stopMachine(server)
    this.#become(server, 'starting')
    this.#later(server, 'starting', this.#timings.reboot, () => this.#run(server))
  }

  #leave(server: FakeServer, detail: string, milliseconds: number, end: () => void): void {
    this.#become(server, 'stopping', detail)
    this.#later(server, 'stopping', milliseconds, end)
  }

  #powerOff(server: FakeServer): void {
    this.#become(server, 'stopped')
    this.#stopMachine(server)
    this.#endCharges(server)
  }

  #endCharges(server: FakeServer): void {
    this.#world.stop(server.charge)
    server.charge = undefined
    this.#world.stop(server.dynamic?.charge)
    server.dynamic = undefined
  }

  #giveAddress(server: FakeServer): void {
    if (!server.dynamicIp || server.dynamic !== undefined) return
    if ([...this.#world.addresses.values()].some(address => address.server === server.id)) return
    const id = this.#world.newId()
    const { name, zone } = server
    const tags = (): readonly string[] => server.tags
    const price = fakePrices.address
    const charge = this.#world.charge('address', { id, name, zone, tags, price, unit: hour, whole: false })
    server.dynamic = { id, address: this.#world.newAddress(), charge }
  }

  #stopMachine(server: FakeServer): void {
    const machine = this.#running.get(server.id)
    this.#running.delete(server.id)
    if (machine === undefined) return
    const stop = machine.then(running => running.stop()).finally(() => this.#stopping.delete(stop))
    this.#stopping.add(stop)
  }

  #become(server: FakeServer, state: ServerState, detail = ''): void {
    server.state = state
    server.detail = detail
    server.changed = this.#world.time
  }

  /** Only if nothing else came between. */
  #later(server: FakeServer, state: ServerState, milliseconds: number, apply: () => void): void {
    const number = ++this.#steps
    this.#expected.set(server.id, number)
    this.#world.after(milliseconds, () => {
      if (this.#expected.get(server.id) === number && server.state === state) apply()
    })
  }
}

function protectedServer(): Error {
  return preconditionFailed('resource_protected', 'server is protected')
}
