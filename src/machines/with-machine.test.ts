import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interrupted, Problem, Refusal, random } from '../core/index.ts'
import { drive } from '../testing/drive.ts'
import { type FakeClock, fakeClock } from '../testing/fake-clock.ts'
import { type CloudApi, CloudError } from '../testing/fake-cloud/cloud-api.ts'
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud/fake-cloud.ts'
import { fakeProvider } from '../testing/fake-cloud/fake-provider.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { LeaseEnded } from './lease.ts'
import { ledgerOf } from './ledger.ts'
import { OutOfStock, OverCap } from './machine-errors.ts'
import type { Provider } from './provider.ts'
import { rent } from './rent.ts'
import { settle } from './settle.ts'
import { sweep } from './sweep.ts'
import { guardRefusal } from './sweeper-heartbeat.ts'
import { type Rented, type WithMachineOptions, withMachine } from './with-machine.ts'

const minute = 60_000
const run = '0123456789ab'

test('work is done on a machine that is gone afterwards, and the journal tells it', async () => {
  const place = opened()
  const used = await drive(place.clock, withMachine(jobOf(place, { work: working(place, 12 * minute) })))
  assert.equal(used.value, 'trained')
  assert.deepEqual(await place.provider.list(), [])
  assert.deepEqual(
    (await place.journal.read()).map(({ kind }) => kind).filter(kind => kind !== 'destroying'),
    ['intent', 'created', 'ready', 'started', 'ended', 'destroyed'],
  )
  assertClose(used.euros, place.cloud.bill(run))
})

test('what is out of stock in one zone is taken from the next', async () => {
  const place = opened({ sells: offer => offer.zone !== 'north-1' })
  const used = await drive(place.clock, withMachine(jobOf(place, { work: async ({ machine }) => machine.zone })))
  assert.equal(used.value, 'south-1')
  const kinds = (await place.journal.read()).map(({ kind }) => kind)
  assert.deepEqual(kinds.slice(0, 4), ['intent', 'refused', 'intent', 'created'])
})

test('where nothing is in stock, that is said, and nothing counts as spent', async () => {
  const place = opened({ sells: () => false })
  await assert.rejects(drive(place.clock, withMachine(jobOf(place))), OutOfStock)
  const [cost] = ledgerOf(await place.journal.read())
  assert.deepEqual([cost?.spent, cost?.open], [0, undefined])
})

test('work that fails does not keep its machine, and its failure is what is told', async () => {
  const place = opened()
  const failing = jobOf(place, {
    work: async () => {
      throw new Problem('Cannot train: the loss is no number')
    },
  })
  await assert.rejects(drive(place.clock, withMachine(failing)), /the loss is no number/)
  assert.deepEqual(await place.provider.list(), [])
  assert.equal((await place.journal.read()).find(({ kind }) => kind === 'ended')?.kind, 'ended')
})

test('a machine that cannot be reached is given back after the time to start', async () => {
  const place = opened()
  const begun = place.clock.now()
  const deaf = jobOf(place, {
    reach: (_machine, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  })
  await assert.rejects(drive(place.clock, withMachine(deaf)), /is not ready after 10 min/)
  assert.ok(place.clock.now() - begun < 12 * minute)
  assert.deepEqual(await place.provider.list(), [])
})

test('who asks to stop has the lease ended by the first call, and does not wait for the work', async () => {
  const place = opened()
  const stop = new AbortController()
  let asked = 0
  const job = jobOf(place, {
    signal: stop.signal,
    work: () =>
      new Promise(() => {
        place.calls.length = 0
        asked = place.clock.now()
        stop.abort(new Interrupted())
      }),
  })
  await assert.rejects(drive(place.clock, withMachine(job)), Interrupted)
  for (const call of ['mark', 'terminate']) {
    const first = place.calls.find(({ name }) => name === call)
    assert.equal(first?.at, asked, `${call} waited`)
  }
  assert.deepEqual(await place.provider.list(), [])
})

test('an outage in the end is waited for, and nothing counts as destroyed before it is', async () => {
  const place = opened()
  const job = jobOf(place, {
    work: async () => {
      place.fail(true)
      return 'trained'
    },
  })
  const using = withMachine(job)
  let ended = false
  const settled = using.finally(() => {
    ended = true
  })
  for (let i = 0; i < 90; i++) await place.clock.advance(minute / 3)
  assert.equal(ended, false)
  assert.ok(!(await place.journal.read()).some(({ kind }) => kind === 'destroyed'))
  place.fail(false)
  const used = await drive(place.clock, settled)
  assert.deepEqual(await place.provider.list(), [])
  assertClose(used.euros, place.cloud.bill(run))
})

test('two controllers of one run never have two machines', async () => {
  const place = opened()
  const jobs = ['one', 'two'].map(by => withMachine(jobOf(place, { by, work: working(place, 5 * minute) })))
  const ends = await drive(place.clock, Promise.allSettled(jobs))
  assert.ok(ends.some(end => end.status === 'fulfilled'))
  assert.ok(neverTwo(place.cloud))
  assert.deepEqual(await place.provider.list(), [])
})

test('a run goes on wherever its controller died', async () => {
  for (let death = 1; death < 200; death++) {
    const place = opened()
    const isDead = await dieAfter(place, death)
    const used = await drive(place.clock, withMachine(jobOf(place, { by: 'second', work: working(place, minute) })))
    assert.equal(used.value, 'trained')
    assert.deepEqual(await place.provider.list(), [], `after ${death} calls`)
    assert.ok(neverTwo(place.cloud), `after ${death} calls`)
    assertClose(used.euros, place.cloud.bill(run))
    if (!isDead) return
  }
  assert.fail('It never lived to its end')
})

test('a run whose controller died is gone after one sweep, and is booked', async () => {
  for (let death = 1; death < 200; death++) {
    const place = opened()
    const isDead = await dieAfter(place, death)
    await place.clock.advance(25 * minute)
    await drive(place.clock, sweep(place.provider, place))
    assert.deepEqual(await place.provider.list(), [], `after ${death} calls`)
    const [cost] = ledgerOf(await place.journal.read())
    assert.equal(cost?.open, undefined, `after ${death} calls`)
    assertClose(cost?.spent ?? 0, place.cloud.bill(run))
    if (!isDead) return
  }
  assert.fail('It never lived to its end')
})

test('a job that falls silent loses its machine', async () => {
  const place = opened()
  const silent = jobOf(place, { work: () => new Promise(() => undefined), heartbeat: async () => undefined })
  await assert.rejects(drive(place.clock, withMachine(silent)), LeaseEnded)
  assert.deepEqual(await place.provider.list(), [])
})

test('caps are kept before a machine is made, and during: it ends when the money would', async () => {
  const place = opened()
  await assert.rejects(drive(place.clock, withMachine(jobOf(place, { caps: { run: 0.2 } }))), OverCap)
  assert.deepEqual(
    place.calls.filter(({ name }) => name === 'createServer'),
    [],
  )
  const endless = jobOf(place, { caps: { run: 1 }, work: () => new Promise(() => undefined) })
  await assert.rejects(drive(place.clock, withMachine(endless)), /its time is used up/)
  const bill = place.cloud.bill(run)
  assert.ok(bill > 0.7 && bill <= 1, `${bill}`)
})

test('the cap of a month counts all runs that began in it', async () => {
  const place = opened()
  const caps = { month: 1 }
  const first = jobOf(place, { caps, work: () => new Promise(() => undefined) })
  await assert.rejects(drive(place.clock, withMachine(first)), /its time is used up/)
  const second = { ...jobOf(place, { caps }), run: 'ffffffffffff' }
  await assert.rejects(drive(place.clock, withMachine(second)), /the caps leave €0\.\d\d in 2026-01/)
  await place.clock.advance(31 * 24 * 60 * minute)
  assert.equal((await drive(place.clock, withMachine(second))).value, 'trained')
})

test('a refusal of the guard comes before anything is made', async () => {
  const place = opened()
  const guarded = jobOf(place, {
    check: async (offer, now) => {
      const refusal = offer.gpus > 0 ? guardRefusal(undefined, now) : undefined
      if (refusal !== undefined) throw refusal
    },
  })
  await assert.rejects(drive(place.clock, withMachine(guarded)), Refusal)
  assert.deepEqual(await place.journal.read(), [])
  assert.ok(!place.calls.some(({ name }) => name === 'createServer'))
})

test('a journal that cannot be written lets nothing be made, and keeps nothing alive', async () => {
  for (let writes = 0; writes < 8; writes++) {
    const place = opened()
    let left = writes
    const full: Journal = {
      ...place.journal,
      append: (of, decide) => {
        if (left-- <= 0) throw new Problem('The disk is full')
        return place.journal.append(of, decide)
      },
    }
    await drive(place.clock, withMachine(jobOf({ ...place, journal: full }))).catch((error: unknown) => {
      assert.ok(error instanceof Problem, String(error))
    })
    assert.deepEqual(await place.provider.list(), [])
    if (writes === 0) assert.ok(!place.calls.some(({ name }) => name === 'createServer'))
  }
})

test('whatever a journal throws, and when it is lost, the machine goes at once', async () => {
  for (const losing of [false, true]) {
    const place = opened()
    let broken = false
    const journal: Journal = {
      read: async of => {
        if (broken && !losing) throw Object.assign(new Error('the disk failed'), { code: 'EIO' })
        return broken ? [] : place.journal.read(of)
      },
      append: async (of, decide) => {
        if (broken && !losing) throw Object.assign(new Error('the disk failed'), { code: 'EIO' })
        return broken ? undefined : place.journal.append(of, decide)
      },
    }
    const work = async (): Promise<string> => {
      broken = true
      return 'trained'
    }
    await drive(place.clock, withMachine(jobOf({ ...place, journal }, { work }))).catch((error: unknown) => {
      assert.match(String(error), /the disk failed/)
    })
    assert.deepEqual(await place.provider.list(), [], losing ? 'lost' : 'broken')
  }
})

test('a computer whose clock is wrong books right, also when an outage hid the right time', async () => {
  const place = opened()
  const clock = { ...place.clock, now: () => place.clock.now() + 5 * 60 * minute }
  const work = async (): Promise<string> => {
    await place.clock.sleep(12 * minute)
    place.fail(true)
    return 'trained'
  }
  const using = withMachine(jobOf({ ...place, clock }, { work }))
  for (let i = 0; i < 60; i++) await place.clock.advance(minute / 3)
  place.fail(false)
  const used = await drive(place.clock, using)
  assertClose(used.euros, place.cloud.bill(run))
})

test('an intent of which nothing came costs nothing, also when an outage hides that for a while', async () => {
  for (const isOut of [false, true]) {
    const place = opened()
    const create = async (): Promise<never> => {
      place.fail(isOut)
      throw new Problem('Scaleway says no')
    }
    const using = withMachine(jobOf({ ...place, provider: { ...place.provider, create } }))
    const refused = assert.rejects(using, /says no/)
    for (let i = 0; i < 9; i++) await place.clock.advance(minute / 3)
    place.fail(false)
    await drive(place.clock, refused)
    const [cost] = ledgerOf(await place.journal.read())
    assert.deepEqual([cost?.open, cost?.spent], [undefined, 0], String(isOut))
  }
})

test('an intent of which nothing came is settled, one that is fresh is not', async () => {
  const place = opened()
  const stuck = { ...place.provider, create: () => new Promise<never>(() => undefined) }
  void withMachine(jobOf({ ...place, provider: stuck }))
  await place.clock.advance(minute)
  await settle(place.provider, place.journal, 'test')
  assert.ok(ledgerOf(await place.journal.read())[0]?.open !== undefined)
  await place.clock.advance(2 * minute)
  await settle(place.provider, place.journal, 'test')
  const [cost] = ledgerOf(await place.journal.read())
  assert.deepEqual([cost?.open, cost?.spent], [undefined, 0])
})

test('who asks with the key of another account closes nothing of the first, and makes no second machine', async () => {
  const place = opened()
  const first: Provider = { ...place.provider, account: 'one' }
  const nothing = { list: async () => [], find: async () => undefined }
  const second: Provider = { ...place.provider, ...nothing, account: 'two' }
  const work = async (): Promise<string> => {
    await settle(second, place.journal, 'test')
    assert.ok(ledgerOf(await place.journal.read())[0]?.open !== undefined)
    const job = jobOf({ ...place, provider: second }, { by: 'second' })
    await assert.rejects(rent(job), /has, or had, one at "fake one", which is another place/)
    return 'trained'
  }
  await drive(place.clock, withMachine(jobOf({ ...place, provider: first }, { work })))
  assert.equal(place.cloud.history.length, 1)
})

interface Place {
  readonly clock: FakeClock
  readonly cloud: FakeCloud
  readonly provider: Provider
  readonly journal: Journal
  /** What the cloud was asked, in order. */
  readonly calls: { readonly name: string; readonly at: number }[]
  fail(down: boolean): void
  /** Another controller, which is stopped for good when it has asked this often. */
  dying(calls: number): { readonly provider: Provider; isDead(): boolean }
}

function opened({
  sells = () => true,
}: {
  readonly sells?: (offer: { readonly zone: string }) => boolean
} = {}): Place {
  const clock = fakeClock()
  const cloud = fakeCloud({ now: clock.now })
  const calls: Place['calls'] = []
  let down = false
  const api = (before: () => Promise<void>, after: () => Promise<void>): CloudApi => {
    const asked = <A extends readonly unknown[], T>(name: string, call: (...args: A) => Promise<T>) => {
      return async (...args: A): Promise<T> => {
        await before()
        calls.push({ name, at: clock.now() })
        if (down) throw new CloudError('outage')
        const answer = await call(...args)
        await after()
        return answer
      }
    }
    return {
      now: asked('now', cloud.now),
      offers: asked('offers', cloud.offers),
      objects: asked('objects', cloud.objects),
      createServer: asked('createServer', async request => {
        if (!sells(request.offer)) throw new CloudError('out-of-stock')
        return cloud.createServer(request)
      }),
      mark: asked('mark', cloud.mark),
      terminate: asked('terminate', cloud.terminate),
      remove: asked('remove', cloud.remove),
    }
  }
  const nothing = async (): Promise<void> => undefined
  const provider = fakeProvider({ cloud: api(nothing, nothing), clock, random: random(1) })
  return {
    clock,
    cloud,
    provider,
    journal: memoryJournal(),
    calls,
    fail: isDown => {
      down = isDown
    },
    dying: most => {
      let left = 2 * most
      const boundary = async (): Promise<void> => {
        if (left-- <= 0) await new Promise(() => undefined)
      }
      const dead = fakeProvider({ cloud: api(boundary, boundary), clock, random: random(2) })
      return { provider: dead, isDead: () => left < 0 }
    },
  }
}

/** A controller that stops for good after so many calls. @returns whether it did so before its end */
async function dieAfter(place: Place, calls: number): Promise<boolean> {
  const { provider, isDead } = place.dying(calls / 2)
  const work = working(place, minute)
  void withMachine(jobOf({ ...place, provider }, { by: 'first', work }))
  for (let i = 0; i < 40 && !isDead(); i++) await place.clock.advance(5_000)
  return isDead()
}

function jobOf(
  { provider, journal, clock }: Pick<Place, 'provider' | 'journal' | 'clock'>,
  changes: Partial<WithMachineOptions<string, string>> = {},
): WithMachineOptions<string, string> {
  return {
    provider,
    journal,
    clock,
    owner: 'test',
    run,
    stage: 'train',
    by: 'first',
    need: { gpus: 1 },
    cloudInit: '',
    authorizedKey: '',
    caps: {},
    reach: async () => 'reached',
    work: async () => 'trained',
    ...changes,
  }
}

function working({ clock }: Place, time: number): (rented: Rented<string>) => Promise<string> {
  return async () => {
    await clock.sleep(time)
    return 'trained'
  }
}

/** Whether no two servers of one run were ever there at once. */
function neverTwo({ history }: FakeCloud): boolean {
  return history.every((one, i) =>
    history.every(
      (other, j) =>
        i === j || one.run !== other.run || one.from >= (other.to ?? Infinity) || other.from >= (one.to ?? Infinity),
    ),
  )
}

/** Within 1 %, or a minute of the server: when nobody saw the end of one, it may be in the next minute. */
function assertClose(euros: number, bill: number): void {
  assert.ok(Math.abs(euros - bill) <= 0.01 * bill + 0.013125, `${euros} booked, ${bill} billed`)
}
