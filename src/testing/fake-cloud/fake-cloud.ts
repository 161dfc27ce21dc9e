import { createHash } from 'node:crypto'
import { type Offer, type Price, unitLength } from '../../machines/index.ts'
import { type CloudApi, CloudError, type CloudObject } from './cloud-api.ts'

/** A cloud in memory that bills, with what goes wrong in real ones. */
export interface FakeCloud extends CloudApi {
  /** Euros that it bills for a run up to now, to the whole unit of what is still there. */
  bill(run: string): number
  /** Every server that there ever was, by run: more than one at a time is what must not be. */
  readonly history: readonly {
    readonly run: string
    readonly id: string
    readonly from: number
    readonly to?: number
  }[]
  sellOut(): void
}

export interface FakeCloudOptions {
  /** Milliseconds since 1970: the cloud's own clock. */
  now(): number
  readonly offers?: readonly Offer[]
  /** Milliseconds from the order of a server until it runs. Default 6,000. */
  readonly startTime?: number
  /** Milliseconds from its end until it is gone. Default 5,000. */
  readonly endTime?: number
}

interface Entry {
  readonly object: CloudObject
  readonly run: string
  readonly price: Price
  gone: number
}

const hour = 3600_000
const gigabyte = 1e9

/** Two kinds in two zones: one billed by the hour, one with a GPU billed by the minute. Prices as they were in 2026. */
export const fakeOffers: readonly Offer[] = ['north-1', 'south-1'].flatMap(zone => [
  offer('CPU-S', zone, 2, 0, { perUnit: 0.0137, unit: 'hour', volumePerHour: 0.00118, addressPerHour: 0.004 }),
  offer('GPU-1', zone, 8, 1, { perUnit: 0.7875 / 60, unit: 'minute', volumePerHour: 0.01475, addressPerHour: 0.004 }),
])

function offer(type: string, zone: string, cpus: number, gpus: number, price: Price): Offer {
  return { provider: 'fake', type, zone, cpus, memory: 4 * cpus * gigabyte, gpus, availability: 'available', price }
}

export function fakeCloud(options: FakeCloudOptions): FakeCloud {
  const { now, startTime = 6_000, endTime = 5_000 } = options
  const entries: Entry[] = []
  let offers = options.offers ?? fakeOffers
  let made = 0

  const there = (): readonly Entry[] => entries.filter(entry => entry.gone > now())
  const find = (id: string): Entry => {
    const entry = there().find(one => one.object.id === id)
    if (entry === undefined) throw new CloudError('not-found')
    return entry
  }
  const change = (id: string, changes: Partial<CloudObject>): void => {
    const at = entries.indexOf(find(id))
    entries[at] = { ...entries[at]!, object: { ...entries[at]!.object, ...changes } }
  }
  const shown = ({ object, gone }: Entry): CloudObject => {
    if (object.kind !== 'server') return object
    const started = now() - object.created >= startTime
    return { ...object, state: gone < Number.POSITIVE_INFINITY ? 'stopping' : started ? 'running' : 'starting' }
  }

  return {
    now: async () => now(),
    offers: async () => offers,
    objects: async () => there().map(shown),
    createServer: async ({ offer: wanted, name, marks }) => {
      const found = offers.find(({ type, zone }) => type === wanted.type && zone === wanted.zone)
      if (found === undefined || found.availability === 'none') throw new CloudError('out-of-stock')
      const { price } = found
      const start = made++
      const entry = (kind: CloudObject['kind'], pricePerHour: number, parts: readonly string[]): CloudObject => {
        const id = idOf(start, kind)
        const suffix = kind === 'server' ? '' : `-${kind}`
        const common = { kind, id, name: name + suffix, zone: found.zone, type: found.type, parts }
        const marked = kind === 'volume' ? undefined : marks
        const object = { ...common, marks: marked, state: 'in use', created: now(), pricePerHour }
        entries.push({ object, run: marks.run, price, gone: Number.POSITIVE_INFINITY })
        return object
      }
      const parts = [entry('volume', price.volumePerHour, []), entry('address', price.addressPerHour, [])]
      const ids = parts.map(part => part.id)
      return { ...entry('server', (price.perUnit * hour) / unitLength[price.unit], ids), state: 'starting' }
    },
    mark: async (id, marks) => change(id, { marks }),
    terminate: async id => {
      const entry = find(id)
      entry.gone = Math.min(entry.gone, now() + endTime)
    },
    remove: async id => {
      const entry = find(id)
      if (there().some(({ object }) => object.parts.includes(id))) throw new CloudError('in-use')
      entry.gone = now()
    },
    bill: run => entries.filter(entry => entry.run === run).reduce((sum, entry) => sum + euros(entry, now()), 0),
    get history() {
      return entries
        .filter(({ object }) => object.kind === 'server')
        .map(({ object, run, gone }) => ({
          run,
          id: object.id,
          from: object.created,
          ...(gone < Number.POSITIVE_INFINITY ? { to: gone } : {}),
        }))
    },
    sellOut: () => {
      offers = offers.map(one => ({ ...one, availability: 'none' }))
    },
  }
}

function euros({ object, price, gone }: Entry, now: number): number {
  const time = Math.min(gone, now) - object.created
  if (object.kind !== 'server') return (object.pricePerHour * time) / hour
  return price.perUnit * Math.max(1, Math.ceil(time / unitLength[price.unit]))
}

function idOf(start: number, kind: string): string {
  return createHash('sha256').update(`${start} ${kind}`).digest('hex').slice(0, 16)
}
