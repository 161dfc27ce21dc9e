import { random } from '../../core/index.ts'
import {
  type ApiError,
  internalError,
  outOfStock,
  quotaExceeded,
  tooManyRequests,
  transientState,
} from './api-error.ts'

/** What goes wrong with a call. "before": nothing has happened yet; "after": it has, and the answer is lost or wrong. */
export type Fault =
  | { readonly kind: 'error'; readonly status?: number }
  | { readonly kind: 'too-many-requests'; readonly resetSeconds?: number }
  | { readonly kind: 'transient-state' }
  | { readonly kind: 'out-of-stock' }
  | { readonly kind: 'quota' }
  /** The connection is closed without an answer. */
  | { readonly kind: 'drop' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' }
  /** Milliseconds of the wall's clock, then all goes well. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The process that made the call dies at this very point. */
  | { readonly kind: 'kill'; readonly pid: number }

export interface FaultPoint {
  /** The SDK's, or the API's, name of the call, such as "createServer". */
  readonly call: string
  readonly when: 'before' | 'after'
  /** From 1, over all calls. */
  readonly number: number
  readonly path: string
}

/** Asked at each point. Undefined: all goes well. */
export type Faults<F = Fault> = (point: FaultPoint) => F | undefined

export interface FaultRule<F = Fault> {
  /** Default: every call. */
  readonly call?: string
  /** Default "before". */
  readonly when?: FaultPoint['when']
  readonly fault: F
  /** How many that fit are let through first. Default 0. */
  readonly skip?: number
  /** How often it strikes. Default 1; null: for ever. */
  readonly times?: number | null
}

/** Faults by script: the first rule that fits and is not used up. */
export function scriptedFaults<F = Fault>(rules: readonly FaultRule<F>[]): Faults<F> {
  const seen = rules.map(() => 0)
  return point => {
    for (const [i, { call, when = 'before', fault, skip = 0, times = 1 }] of rules.entries()) {
      if ((call !== undefined && call !== point.call) || when !== point.when) continue
      const number = (seen[i] ?? 0) + 1
      seen[i] = number
      if (number > skip && (times === null || number <= skip + times)) return fault
    }
    return undefined
  }
}

export interface SeededFaults {
  readonly seed: number
  /** The share of the points at which something goes wrong. */
  readonly rate: number
  /** Default: all that a caller can get over. */
  readonly kinds?: readonly Fault[]
}

const survivable: readonly Fault[] = [
  { kind: 'error', status: 500 },
  { kind: 'error', status: 503 },
  { kind: 'too-many-requests', resetSeconds: 1 },
  { kind: 'transient-state' },
  { kind: 'drop' },
]

/** Faults by chance, the same for the same seed and the same order of calls. */
export function seededFaults(options: SeededFaults): Faults {
  const { kinds = survivable } = options
  const draw = random(options.seed, 'fake-scaleway')
  return () => (draw.uniform() < options.rate ? kinds[draw.integer(kinds.length)] : undefined)
}

/** What the API answers for those faults that are answers. */
export function answerOf(fault: Fault, point: FaultPoint): ApiError | undefined {
  switch (fault.kind) {
    case 'error':
      return internalError(fault.status)
    case 'too-many-requests':
      return tooManyRequests(fault.resetSeconds ?? 1)
    case 'transient-state':
      return transientState('server', point.path.split('/')[6] ?? 'unknown', 'starting')
    case 'out-of-stock':
      return outOfStock('server')
    case 'quota':
      return quotaExceeded('servers', 1, 1)
    default:
      return undefined
  }
}
