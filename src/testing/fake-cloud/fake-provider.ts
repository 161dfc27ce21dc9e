import { type Clock, Problem, type Random, retry, throwIfAborted } from '../../core/index.ts'
import {
  type CallOptions,
  checkOrder,
  fits,
  type Machine,
  type Marks,
  type Order,
  OutOfStock,
  type Provider,
  parseMachineName,
  pricePerHour,
} from '../../machines/index.ts'
import { type CloudApi, CloudError, type CloudObject } from './cloud-api.ts'

export interface FakeProviderOptions {
  readonly cloud: CloudApi
  readonly clock: Clock
  readonly random: Random
}

/** A provider over a cloud that is asked call by call. It remembers nothing. */
export function fakeProvider({ cloud, clock, random }: FakeProviderOptions): Provider {
  const asked = <T>(what: string, call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    retry(call, { clock, random, attempts: 3, ...(signal ? { signal } : {}), retriable: isOutage }).catch(
      (error: unknown) => {
        if (!isOutage(error)) throw error
        throw new Problem(`Cannot ${what}: the cloud does not answer`, { cause: error })
      },
    )
  const objects = (options: CallOptions = {}): Promise<readonly CloudObject[]> =>
    asked('list machines', () => cloud.objects(), options.signal)
  const ofRun = async (run: string, options?: CallOptions): Promise<readonly CloudObject[]> =>
    (await objects(options)).filter(object => runOf(object) === run)
  const serverOf = (found: readonly CloudObject[]): CloudObject | undefined =>
    found
      .filter(({ kind }) => kind === 'server')
      .sort((a, b) => Number(isLiving(b)) - Number(isLiving(a)) || a.created - b.created || (a.id < b.id ? -1 : 1))[0]

  const make = async (order: Order, name: string, options: CallOptions): Promise<void> => {
    const { offer, marks } = order
    try {
      // Not tried again: an answer that was lost is looked for by listing.
      throwIfAborted(options.signal)
      await cloud.createServer({ offer, name, marks })
    } catch (error) {
      if (error instanceof CloudError && error.reason === 'out-of-stock') throw new OutOfStock(offer.type, offer.zone)
      if (!isOutage(error)) throw error
    }
  }

  /** Removes what can be removed now. @returns whether nothing is left */
  const removeOnce = async (found: readonly CloudObject[]): Promise<boolean> => {
    const held = new Set(found.flatMap(object => object.parts))
    for (const object of found) {
      if (object.kind === 'server') {
        if (isLiving(object)) await unlessGone(cloud.terminate(object.id))
      } else if (!held.has(object.id)) await unlessGone(cloud.remove(object.id))
    }
    return found.length === 0
  }

  const removeAll = async (
    look: () => Promise<readonly CloudObject[]>,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    for (let pause = 500; ; pause = Math.min(5_000, pause * 2)) {
      throwIfAborted(signal)
      try {
        if (await removeOnce(await look())) return
      } catch (error) {
        throwIfAborted(signal)
        if (!isOutage(error)) throw error
      }
      await clock.sleep(pause * (0.5 + random.uniform() / 2), signal)
    }
  }

  return {
    name: 'fake',
    now: options => asked('tell the time', () => cloud.now(), options?.signal),
    offers: async (need, options) => {
      const offers = await asked('list offers', () => cloud.offers(), options?.signal)
      return offers.filter(offer => fits(offer, need)).sort((a, b) => pricePerHour(a.price) - pricePerHour(b.price))
    },
    create: async (order, options = {}) => {
      const name = checkOrder(order)
      const { run } = order.marks
      let before = serverOf(await ofRun(run, options))
      while (before !== undefined && !isLiving(before)) {
        await clock.sleep(1000, options.signal)
        before = serverOf(await ofRun(run, options))
      }
      if (before === undefined) await make(order, name, options)
      const found = await ofRun(run, options)
      const server = serverOf(found)
      if (server === undefined) throw new Problem(`Cannot rent "${name}": the cloud made nothing`)
      const kept = new Set([server.id, ...server.parts])
      await removeAll(
        async () => (await objects()).filter(one => runOf(one) === run && !kept.has(one.id)),
        options.signal,
      )
      return machineOf(server)
    },
    find: async (run, options) => {
      const server = serverOf(await ofRun(run, options))
      return server && machineOf(server)
    },
    list: async options => (await objects(options)).filter(object => parseMachineName(object.name) !== undefined),
    renew: async (run, deadline, options) => {
      for (const object of await ofRun(run, options)) {
        if (object.marks === undefined) continue
        const marks: Marks = { ...object.marks, deadline: Math.min(deadline, object.marks.limit) }
        await asked('renew a machine', () => unlessGone(cloud.mark(object.id, marks)), options?.signal)
      }
    },
    destroy: (run, options) =>
      removeAll(() => cloud.objects().then(all => all.filter(one => runOf(one) === run)), options?.signal),
  }
}

function runOf(object: CloudObject): string | undefined {
  return object.marks?.run ?? parseMachineName(object.name)?.run
}

function isLiving(object: CloudObject): boolean {
  return object.kind === 'server' && object.state !== 'stopping'
}

function isOutage(error: unknown): boolean {
  return error instanceof CloudError && error.reason === 'outage'
}

async function unlessGone(call: Promise<void>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof CloudError) || (error.reason !== 'not-found' && error.reason !== 'in-use')) throw error
  }
}

function machineOf(object: CloudObject): Machine {
  const { id, name, zone, type, marks } = object
  if (marks === undefined) throw new Problem(`Cannot use "${name}": it bears no marks`)
  const state = isState(object.state) ? object.state : 'starting'
  const address = { host: '127.0.0.1', port: 22, user: 'root', hostKeys: [] }
  return { id, name, zone, type, marks, state, ...(state === 'running' ? { address } : {}) }
}

function isState(state: string): state is Machine['state'] {
  return ['off', 'starting', 'running', 'stopping'].includes(state)
}
