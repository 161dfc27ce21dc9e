import { type Clock, sha256 } from '../../core/index.ts'
import type { FakeType } from './catalogue.ts'
import { fakeTypes } from './catalogue.ts'
import { type Charge, openCharge } from './charges.ts'

/** The states of a server as the API spells them. */
export type ServerState = 'stopped' | 'stopped in place' | 'starting' | 'running' | 'stopping'

export interface FakeServer {
  readonly id: string
  readonly zone: string
  readonly type: FakeType
  readonly project: string
  readonly created: number
  readonly image: { readonly id: string; readonly label: string }
  name: string
  tags: readonly string[]
  state: ServerState
  detail: string
  protected: boolean
  dynamicIp: boolean
  /** By slot: "0" is the root. */
  volumes: ReadonlyMap<string, string>
  readonly userData: Map<string, string>
  /** The address that lives as long as the server runs. */
  dynamic: { readonly id: string; address: string; readonly charge: Charge } | undefined
  /** What is billed for it now; a fully stopped one is free. */
  charge: Charge | undefined
  changed: number
}

export interface FakeVolume {
  readonly id: string
  readonly zone: string
  readonly project: string
  readonly kind: 'sbs_volume' | 'l_ssd' | 'scratch'
  /** Bytes. */
  readonly size: number
  readonly created: number
  readonly charge: Charge
  name: string
  tags: readonly string[]
  /** Of block storage; a local volume is available always. */
  status: 'available' | 'in_use' | 'deleting'
  server: string | undefined
}

/** A flexible address: it is there, and billed, until it is deleted. */
export interface FakeAddress {
  readonly id: string
  readonly zone: string
  readonly project: string
  readonly address: string
  readonly created: number
  readonly charge: Charge
  tags: readonly string[]
  server: string | undefined
}

interface Event {
  readonly at: number
  readonly apply: () => void
}

export interface WorldOptions {
  readonly clock: Clock
  readonly project: string
  /** Makes the ids. */
  readonly seed: number
}

/** All that there is in the fake's data centres, and what will happen to it next. Nothing happens by itself: `settle` carries out what is due. */
export class World {
  readonly servers: Map<string, FakeServer> = new Map()
  readonly volumes: Map<string, FakeVolume> = new Map()
  readonly addresses: Map<string, FakeAddress> = new Map()
  readonly charges: Charge[] = []
  readonly project: string
  /** How many of a type can still be had, by "zone/type". Default: any number. */
  readonly stock: Map<string, number> = new Map()
  /** How many of a type the organisation may have at once. Default: any number. */
  readonly quotas: Map<string, number> = new Map()
  readonly #clock: Clock
  readonly #seed: number
  #events: Event[] = []
  #time: number
  #ids = 0
  #lastAddress = 0
  #lastCreation = 0

  constructor(options: WorldOptions) {
    this.project = options.project
    this.#clock = options.clock
    this.#seed = options.seed
    this.#time = options.clock.now()
  }

  /** Milliseconds since 1970 of what is being carried out: in an event its own time, which may lie back. */
  get time(): number {
    return this.#time
  }

  /** Carries out all that is due, each at its own time. */
  settle(): void {
    const now = this.#clock.now()
    for (;;) {
      const next = this.#events.reduce<Event | undefined>(
        (first, one) => (first && first.at <= one.at ? first : one),
        undefined,
      )
      if (next === undefined || next.at > now) break
      this.#events = this.#events.filter(event => event !== next)
      this.#time = Math.max(this.#time, next.at)
      next.apply()
    }
    this.#time = Math.max(this.#time, now)
  }

  /** @param milliseconds from now on */
  after(milliseconds: number, apply: () => void): void {
    this.#events.push({ at: this.#time + milliseconds, apply })
  }

  newId(): string {
    this.#ids++
    const hex = sha256(new TextEncoder().encode(`${this.#seed}/${this.#ids}`))
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }

  /** One of the addresses kept for documentation: nothing answers there. */
  newAddress(): string {
    this.#lastAddress++
    return `198.18.${Math.floor(this.#lastAddress / 250) % 250}.${(this.#lastAddress % 250) + 1}`
  }

  charge(kind: Charge['kind'], what: Omit<Charge, 'kind' | 'from' | 'to'>): Charge {
    const charge = openCharge(kind, what, this.#time)
    this.charges.push(charge)
    return charge
  }

  /** Takes a stretch off the bill: what happened before the fake's time. */
  forget(charge: Charge | undefined): void {
    const at = charge === undefined ? -1 : this.charges.indexOf(charge)
    if (at >= 0) this.charges.splice(at, 1)
  }

  server(id: string): FakeServer {
    const server = this.servers.get(id)
    if (server === undefined) throw new Error(`The fake has no server "${id}"`)
    return server
  }

  /** A time of its own for each thing that is made, as the real one's microseconds give it: the order of making is known. */
  creation(): number {
    this.#lastCreation = Math.max(this.#time, this.#lastCreation + 1)
    return this.#lastCreation
  }

  stop(charge: Charge | undefined): void {
    if (charge !== undefined && charge.to === undefined) charge.to = this.#time
  }
}

export function fakeType(name: string): FakeType | undefined {
  return fakeTypes.find(type => type.name === name)
}
