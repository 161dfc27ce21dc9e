import { random } from '../../src/core/index.ts'
import { type Target, targets } from './targets.ts'

/** What happens in one run. Times are milliseconds of the fake's clock from the start. */
export interface Plan {
  readonly seed: number
  readonly need: { readonly gpus?: number; readonly type?: string }
  /** Euros. */
  readonly cap: number
  readonly controllers: readonly ControllerPlan[]
  /** How long the job takes. */
  readonly work: number
  /** The share of calls that fail with 500 or 503, or lose their answer. */
  readonly failing: number
  readonly losing: number
  /** Nobody can ask anything in between: every call fails with 503, loses its connection, or gets no answer. */
  readonly outage?: { readonly kind: (typeof outages)[number]; readonly from: number; readonly to: number }
  /** The cheapest offers are out of stock. */
  readonly scarce: boolean
  /** All that is kept locally, the journal with it, is deleted. */
  readonly loseState?: number
  /** A sweeper comes by at this time too, whatever is there. */
  readonly sweep?: number
  /** The first sweeper that finds something overdue is killed; another one comes minutes later. */
  readonly killSweep?: KillPlan
}

/** Killed with -9 at a call: before it is sent; received, and nothing done; done, and not answered; answered. */
export interface KillPlan {
  /** See `callName`. */
  readonly call: string
  /** Of the calls of this name that the process makes, from 1. */
  readonly nth: number
  readonly when: (typeof moments)[number]
}

/** Calls are those of the one controller, from 1. */
export interface ControllerPlan {
  /** When it starts. */
  readonly at: number
  readonly kill?: KillPlan
  /** So many calls from this one on get no answer: since they do not arrive, or since their answers do not. */
  readonly hang?: { readonly call: number; readonly calls: number; readonly when: (typeof losses)[number] }
  /** From this call on it has no network at all, for so long. */
  readonly partition?: { readonly call: number; readonly lasting: number; readonly when: (typeof losses)[number] }
  /** Ctrl-C. */
  readonly interrupt?: number
  /** The disk is full from this write to the journal on. */
  readonly fullDisk?: number
}

export const moments = ['unsent', 'received', 'done', 'answered'] as const
const losses = ['sending', 'answering'] as const
const outages = ['errors', 'drops', 'silence'] as const
const second = 1000
const minute = 60_000

/** @param number of the run, from 0: the calls at which processes are killed, and the moments, take turns */
export function planOf(seed: number, number: number): Plan {
  const draw = random(seed, 'chaos', number)
  const chance = (share: number): boolean => draw.uniform() < share
  const between = (from: number, to: number): number => Math.round(from + draw.uniform() * (to - from))
  const oneOf = <T>(items: readonly T[]): T => items[draw.integer(items.length)]!
  const kill = ({ call, often }: Target, when: KillPlan['when']): KillPlan => {
    return { call, nth: often < 5 && chance(0.5) ? 1 : between(1, often), when }
  }
  // Most of what decides happens in the first calls: half of the trouble is there.
  const call = (): number => (chance(0.5) ? between(1, renting) : between(1, mostCalls))
  const trouble = (share: number): Pick<ControllerPlan, 'hang' | 'partition' | 'interrupt' | 'fullDisk'> => ({
    ...(chance(share) ? { hang: { call: call(), calls: between(1, 12), when: oneOf(losses) } } : {}),
    ...(chance(share)
      ? { partition: { call: call(), lasting: between(10 * second, 15 * minute), when: oneOf(losses) } }
      : {}),
    ...(chance(share) ? { interrupt: between(second, 5 * minute) } : {}),
    ...(chance(share) ? { fullDisk: between(0, 8) } : {}),
  })
  const target = targets[number % targets.length]!
  const when = moments[Math.floor(number / targets.length) % moments.length]!
  const { after, need = chance(0.7) ? 'gpu' : 'cpu' } = target
  const isSwept = after !== undefined
  const later = (): ControllerPlan => ({
    at: chance(0.4) ? between(0, 20 * second) : between(minute, 12 * minute),
    ...(chance(0.4) ? { kill: kill(oneOf(targets), oneOf(moments)) } : {}),
    ...trouble(0.08),
  })
  const dies = isSwept
    ? { kill: { call: after, nth: 1, when: 'answered' as const } }
    : chance(0.85)
      ? { kill: kill(target, when) }
      : {}
  const first: ControllerPlan = { at: 0, ...dies, ...trouble(0.12) }
  const from = between(0, 8 * minute)
  const lasting = between(minute, chance(0.2) ? 30 * minute : 4 * minute)
  return {
    seed,
    need: need === 'gpu' ? { gpus: 1 } : { type: 'DEV1-S' },
    cap: between(40, 200) / 100,
    controllers: isSwept || chance(0.4) ? [first] : chance(0.7) ? [first, later()] : [first, later(), later()],
    work: between(minute, chance(0.1) ? 40 * minute : 4 * minute),
    failing: chance(0.3) ? 0.08 : 0,
    losing: chance(0.3) ? 0.05 : 0,
    ...(chance(0.25) ? { outage: { kind: oneOf(outages), from, to: from + lasting } } : {}),
    scarce: chance(0.2),
    ...(chance(0.1) ? { loseState: between(30 * second, 6 * minute) } : {}),
    ...(chance(0.15) ? { sweep: between(0, 15 * minute) } : {}),
    ...(isSwept ? { killSweep: kill(target, when) } : {}),
  }
}

/** Calls that a controller makes until it has a machine, and until its end, in an undisturbed run of a few minutes. */
const renting = 180
const mostCalls = 700
