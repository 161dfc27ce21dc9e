import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../core/index.ts'
import type { FakeClock } from '../fake-clock.ts'
import { addServer, type PresentServer } from './add-server.ts'
import { addressRoutes } from './address-routes.ts'
import { type Billable, billable } from './billable.ts'
import type { BootHook } from './boot.ts'
import { fakeTypes } from './catalogue.ts'
import { type Bill, billOf } from './charges.ts'
import { controlRoutes } from './control-routes.ts'
import type { Faults } from './faults.ts'
import { jobRoutes } from './job-routes.ts'
import { type JobHook, Jobs } from './jobs.ts'
import { Lifecycle, realTimings, type Timings } from './lifecycle.ts'
import { machineRoutes } from './machine-routes.ts'
import { offerRoutes } from './offer-routes.ts'
import { secretRoutes } from './secret-routes.ts'
import { listen } from './server.ts'
import { serverRoutes } from './server-routes.ts'
import { userDataRoutes } from './user-data-routes.ts'
import { volumeRoutes } from './volume-routes.ts'
import { World } from './world.ts'

export interface FakeScalewayOptions {
  /** Its own time, shown in the `Date` header. One that can be advanced lets tests skip hours. */
  readonly clock: Clock & Partial<Pick<FakeClock, 'advance'>>
  /** Default 0: any that is free. */
  readonly port?: number
  /** Makes the ids. Default 1. */
  readonly seed?: number
  readonly timings?: Timings
  readonly faults?: Faults
  /** Told of each request before anything is looked at: for a clock that its callers move on. */
  arriving?(headers: IncomingHttpHeaders): void
  /** What stands for the machines. Default: nothing; their host keys are made up. */
  readonly boot?: BootHook
  /** What carries out jobs. Default: each succeeds at once. */
  readonly job?: JobHook
}

/** What a client needs to talk to it. */
export interface FakeAccess {
  readonly apiURL: string
  readonly accessKey: string
  readonly secretKey: string
  readonly defaultProjectId: string
}

/** A Scaleway of our own that bills. See docs/scaleway.md for what it stands for. */
export interface FakeScaleway extends AsyncDisposable {
  readonly access: FakeAccess
  /** The calls so far, by the SDK's names. */
  readonly calls: readonly string[]
  /** What goes wrong from now on; undefined: nothing. */
  setFaults(faults: Faults | undefined): void
  /** How many of a type are left in a zone; undefined: any number. */
  setStock(zone: string, type: string, left: number | undefined): void
  /** Nothing is left of any type in any zone. */
  sellOut(): void
  /** How many of a type there may be at once. */
  setQuota(type: string, most: number): void
  /** A server that is there already, powered off. @returns its id */
  addServer(server: PresentServer): string
  /** The server's own system goes down: it stands by, and the bill runs on. */
  guestPowerOff(server: string): void
  /** Takes a server away as "terminate" does, at once. What of it survives loses its tags. */
  loseServer(server: string): void
  /** Where the server's machine finds what a real one finds at http://169.254.42.42. */
  metadataOf(server: string): string
  /** Everything that exists and may be billed. */
  billable(): readonly Billable[]
  /** What everything cost until now, or all that bears a tag. */
  bill(tag?: string): Bill
  /** Resolves when no machine is on its way up or down and no job is under way. */
  idle(): Promise<void>
}

export async function fakeScaleway(options: FakeScalewayOptions): Promise<FakeScaleway> {
  const { clock } = options
  const access = {
    accessKey: 'SCWFAKE0123456789ABC',
    secretKey: 'f4ce0000-0000-4000-8000-00000000beef',
    defaultProjectId: 'f4ce0000-0000-4000-8000-0000000000aa',
  }
  const world = new World({ clock, project: access.defaultProjectId, seed: options.seed ?? 1 })
  let url = ''
  const metadataOf = (server: string): string => `${url}/_vm/${server}`
  const { boot } = options
  const lifecycle = new Lifecycle(
    world,
    options.timings ?? realTimings,
    boot &&
      (({ id, name, zone, tags, type, userData }) =>
        boot({ id, name, zone, tags, type: type.name, userData, metadata: metadataOf(id) })),
  )
  const jobs = new Jobs(world, options.job)
  const calls: string[] = []
  let { faults } = options
  const settle = (): void => world.settle()
  const setFaults = (wanted: Faults | undefined): void => {
    faults = wanted
  }
  const advance =
    clock.advance ?? (() => Promise.reject(new Error('Cannot advance the fake: its clock is the real one')))
  const routes = [
    ...serverRoutes(world, lifecycle),
    ...userDataRoutes(world),
    ...volumeRoutes(world),
    ...addressRoutes(world),
    ...offerRoutes(world),
    ...jobRoutes(world, jobs),
    ...secretRoutes(world, jobs.secrets),
    ...machineRoutes(world),
    ...controlRoutes({ world, lifecycle, jobs, calls, advance, settle, setFaults }),
  ]
  const server = await listen({
    port: options.port ?? 0,
    secretKey: access.secretKey,
    routes,
    now: () => clock.now(),
    arriving: headers => options.arriving?.(headers),
    settle,
    seen: name => (name.startsWith('_fake') || name.startsWith('vm.') ? calls.length : calls.push(name)),
    faults: () => faults,
  })
  url = server.url
  // Machines and jobs start when they are due, not when the next call comes.
  const ticking = options.boot === undefined && options.job === undefined ? undefined : setInterval(settle, 20).unref()
  return {
    access: { apiURL: url, ...access },
    calls,
    setFaults,
    metadataOf,
    setStock: (zone, type, left) => {
      if (left === undefined) world.stock.delete(`${zone}/${type}`)
      else world.stock.set(`${zone}/${type}`, left)
    },
    sellOut: () => {
      for (const { name, zones } of fakeTypes) for (const zone of zones) world.stock.set(`${zone}/${name}`, 0)
    },
    setQuota: (type, most) => {
      world.quotas.set(type, most)
    },
    addServer: wanted => addServer(world, wanted).id,
    guestPowerOff: id => {
      settle()
      lifecycle.guestPowerOff(world.server(id))
    },
    loseServer: id => loseServer(world, lifecycle, id),
    billable: () => {
      settle()
      return billable(world)
    },
    bill: tag => {
      settle()
      return billOf(world.charges, world.time, tag)
    },
    idle: async () => {
      settle()
      await lifecycle.idle()
      await jobs.idle()
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticking)
      await server.close()
      await lifecycle.close()
    },
  }
}

function loseServer(world: World, lifecycle: Lifecycle, id: string): void {
  const server = world.server(id)
  for (const volume of server.volumes.values()) {
    const left = world.volumes.get(volume)
    if (left !== undefined) left.tags = []
  }
  lifecycle.remove(server, true)
}
