import { checkStamp, isJsonObject, Problem } from '../core/index.ts'
import { unitLength } from './price.ts'
import type { Price } from './provider.ts'

/** What every event says. */
export interface EventBase {
  readonly format: 'chestnut.machine-event/1'
  /** Milliseconds since 1970 on the provider's clock. */
  readonly time: number
  readonly run: string
  readonly stage: string
  readonly provider: string
  /** Which controller wrote it, at random: no name of a machine or a person. */
  readonly by: string
}

/** What happened to a run's machine. Nothing is made before its intent stands in the journal. */
export type MachineEvent = EventBase &
  (
    | {
        readonly kind: 'intent'
        /** Of the provider, where it has several. */
        readonly account?: string
        readonly type: string
        readonly zone: string
        readonly price: Price
        readonly deadline: number
        readonly limit: number
        /** Euros that it costs at worst. */
        readonly worst: number
      }
    /** Nothing was made of the intents that `of` wrote. */
    | { readonly kind: 'refused'; readonly of: string }
    | {
        readonly kind: 'created'
        readonly id: string
        readonly type: string
        readonly zone: string
        readonly created: number
      }
    | { readonly kind: 'ready' }
    | { readonly kind: 'started' }
    | { readonly kind: 'ended'; readonly status: 'done' | 'failed' | 'interrupted' }
    | { readonly kind: 'destroying' }
    /** The provider lists nothing of it any more. `euros` is what it cost since its last intent. */
    | { readonly kind: 'destroyed'; readonly euros: number }
  )

/** An event that was read from a file. @throws Problem when it is none, or one of a newer Chestnut. */
export function parseMachineEvent(value: unknown): MachineEvent {
  if (!isJsonObject(value)) throw new Problem('Cannot read an event of a machine: it is no JSON object')
  checkStamp(value['format'], 'machine-event', 1)
  const kind = value['kind']
  const texts = ['run', 'stage', 'provider', 'by', ...(typeof kind === 'string' ? (textsOf[kind] ?? []) : [])]
  const numbers = ['time', ...(typeof kind === 'string' ? (numbersOf[kind] ?? []) : [])]
  for (const name of texts) if (typeof value[name] !== 'string') refuse(name)
  for (const name of numbers) if (!Number.isFinite(value[name])) refuse(name)
  if (typeof kind !== 'string' || !kinds.includes(kind)) refuse('kind')
  if (kind === 'intent' && !isPrice(value['price'])) refuse('price')
  if (value['account'] !== undefined && typeof value['account'] !== 'string') refuse('account')
  // All that its kind asks for has been looked at.
  return value as unknown as MachineEvent
}

const kinds = ['intent', 'refused', 'created', 'ready', 'started', 'ended', 'destroying', 'destroyed']
const textsOf: Readonly<Record<string, readonly string[]>> = {
  intent: ['type', 'zone'],
  refused: ['of'],
  created: ['id', 'type', 'zone'],
  ended: ['status'],
}
const numbersOf: Readonly<Record<string, readonly string[]>> = {
  intent: ['deadline', 'limit', 'worst'],
  created: ['created'],
  destroyed: ['euros'],
}

function isPrice(value: unknown): value is Price {
  return (
    isJsonObject(value) &&
    ['perUnit', 'volumePerHour', 'addressPerHour'].every(name => Number.isFinite(value[name])) &&
    typeof value['unit'] === 'string' &&
    value['unit'] in unitLength
  )
}

function refuse(name: string): never {
  throw new Problem(`Cannot read an event of a machine: its "${name}" is missing or not as it should be`)
}

export type Intent = Extract<MachineEvent, { readonly kind: 'intent' }>

/** An event with its stamp. */
export function machineEvent<What extends { readonly kind: MachineEvent['kind'] }>(
  { run, stage, provider, by, time }: Omit<EventBase, 'format'>,
  what: What,
): EventBase & What {
  return { format: 'chestnut.machine-event/1', run, stage, provider, by, time, ...what }
}
