import { z } from 'zod'
import type { FakeClock } from '../fake-clock.ts'
import { addServer } from './add-server.ts'
import { notFound } from './api-error.ts'
import { billable } from './billable.ts'
import { billOf } from './charges.ts'
import { type FaultRule, type Faults, scriptedFaults, seededFaults } from './faults.ts'
import type { Jobs } from './jobs.ts'
import type { Lifecycle } from './lifecycle.ts'
import { type Answer, type Call, type Route, readBody } from './route.ts'
import type { World } from './world.ts'

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('error'), status: z.int().optional() }),
  z.strictObject({ kind: z.literal('too-many-requests'), resetSeconds: z.number().optional() }),
  z.strictObject({ kind: z.literal('transient-state') }),
  z.strictObject({ kind: z.literal('out-of-stock') }),
  z.strictObject({ kind: z.literal('quota') }),
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.number() }),
  z.strictObject({ kind: z.literal('kill'), pid: z.int() }),
])
const faultsBody = z.union([
  z.strictObject({
    rules: z.array(
      z.strictObject({
        call: z.string().optional(),
        when: z.enum(['before', 'after']).optional(),
        fault,
        skip: z.int().optional(),
        times: z.int().nullable().optional(),
      }),
    ),
  }),
  z.strictObject({ seed: z.int(), rate: z.number(), kinds: z.array(fault).min(1).optional() }),
])
const stockBody = z.strictObject({ zone: z.string(), type: z.string(), left: z.int().nullable() })
const serverBody = z.strictObject({
  name: z.string(),
  zone: z.string(),
  type: z.string(),
  tags: z.array(z.string()).optional(),
})
const clockBody = z.strictObject({ advance: z.number().min(0) })

export interface Controls {
  readonly world: World
  readonly lifecycle: Lifecycle
  readonly jobs: Jobs
  /** Calls by name, and in order. */
  readonly calls: readonly string[]
  advance: FakeClock['advance']
  settle(): void
  setFaults(faults: Faults | undefined): void
}

/** What a test, or a person, does to the fake from outside of its process: below "/_fake". */
export function controlRoutes(controls: Controls): readonly Route[] {
  const { world, jobs } = controls
  const route = (method: Route['method'], path: string, run: (call: Call) => Answer | Promise<Answer>): Route => ({
    name: `_fake${path}`,
    method,
    path: `/_fake${path}`,
    query: ['tag'],
    open: true,
    run,
  })
  return [
    route('GET', '/billable', () => ({ json: billable(world) })),
    route('GET', '/bill', call => ({ json: billOf(world.charges, world.time, call.query.get('tag') ?? undefined) })),
    route('GET', '/calls', () => ({ json: { total: controls.calls.length, calls: controls.calls } })),
    route('GET', '/servers', () => ({
      json: [...world.servers.values()].map(({ id, name, zone, state, tags }) => ({ id, name, zone, state, tags })),
    })),
    route('POST', '/servers', call => ({ status: 201, json: { id: addServer(world, readBody(serverBody, call)).id } })),
    route('POST', '/servers/{server}/guest-poweroff', call => guestPowerOff(controls, call)),
    route('POST', '/clock', async call => {
      await controls.advance(readBody(clockBody, call).advance)
      controls.settle()
      return { json: { now: world.time } }
    }),
    route('POST', '/faults', call => {
      controls.setFaults(faultsOf(readBody(faultsBody, call)))
      return { status: 204 }
    }),
    route('DELETE', '/faults', () => {
      controls.setFaults(undefined)
      return { status: 204 }
    }),
    route('POST', '/stock', call => {
      const { zone, type, left } = readBody(stockBody, call)
      if (left === null) world.stock.delete(`${zone}/${type}`)
      else world.stock.set(`${zone}/${type}`, left)
      return { status: 204 }
    }),
    route('GET', '/jobs', () => ({
      json: jobs.runs.map(run => ({
        id: run.id,
        name: run.job.name,
        state: run.state,
        exitCode: run.exitCode ?? null,
      })),
    })),
  ]
}

function faultsOf(body: z.infer<typeof faultsBody>): Faults {
  if ('rules' in body) return scriptedFaults(body.rules as readonly FaultRule[])
  const { seed, rate, kinds } = body
  return seededFaults({ seed, rate, ...(kinds === undefined ? {} : { kinds: kinds as readonly FaultRule['fault'][] }) })
}

function guestPowerOff(controls: Controls, call: Call): Answer {
  const id = call.path['server'] ?? ''
  const server = controls.world.servers.get(id)
  if (server === undefined) throw notFound('machine', id)
  controls.lifecycle.guestPowerOff(server)
  return { status: 204 }
}
