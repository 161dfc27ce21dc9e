/** One stretch of time in which something is billed. */
export interface Charge {
  readonly kind: 'server' | 'volume' | 'address'
  readonly id: string
  readonly name: string
  readonly zone: string
  /** Whose it is: the tags of the server, volume or address, as they are when the bill is written. */
  readonly tags: () => readonly string[]
  /** Euros for a unit. */
  readonly price: number
  /** Milliseconds of a unit. */
  readonly unit: number
  /** Whether a unit that was begun is billed whole. Volumes and addresses are billed by the part. */
  readonly whole: boolean
  readonly from: number
  /** Undefined while it goes on. */
  to: number | undefined
}

/** One line of the bill. */
export interface BillLine {
  readonly kind: Charge['kind']
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly tags: readonly string[]
  readonly from: number
  readonly to: number | undefined
  readonly units: number
  readonly euros: number
}

export interface Bill {
  readonly lines: readonly BillLine[]
  readonly euros: number
}

export const hour = 3_600_000
export const minute = 60_000

export function openCharge(kind: Charge['kind'], what: Omit<Charge, 'kind' | 'from' | 'to'>, from: number): Charge {
  return { kind, ...what, from, to: undefined }
}

/**
 * What all of them cost until `now`.
 *
 * @param tag only what bears this tag, such as "chestnut:run=0123456789ab". Default: everything.
 */
export function billOf(charges: readonly Charge[], now: number, tag?: string): Bill {
  const lines = charges.map(charge => lineOf(charge, now)).filter(line => tag === undefined || line.tags.includes(tag))
  return { lines, euros: lines.reduce((sum, line) => sum + line.euros, 0) }
}

function lineOf(charge: Charge, now: number): BillLine {
  const { kind, id, name, zone, from, to } = charge
  const parts = Math.max(0, (to ?? now) - from) / charge.unit
  // What was rented for less than a moment has begun its first unit all the same.
  const units = charge.whole ? Math.max(1, Math.ceil(parts)) : parts
  return { kind, id, name, zone, tags: charge.tags(), from, to, units, euros: units * charge.price }
}
