import { random } from '../../src/core/index.ts'

/** What happens in one run. Times are milliseconds of the fake's clock from the start. */
export interface Plan {
  readonly seed: number
  readonly need: { readonly gpus?: number; readonly type?: string }
  readonly cap: number
  readonly controllers: readonly ControllerPlan[]
  /** How long the job takes. */
  readonly work: number
  /** The share of calls that fail with 500 or 503, or lose their answer. */
  readonly failing: number
  readonly losing: number
  /** Nothing can be asked in between. */
  readonly outage?: { readonly from: number; readonly to: number }
  /** The cheapest offers are out of stock. */
  readonly scarce: boolean
  /** All that is kept locally, the journal with it, is deleted. */
  readonly loseState?: number
}

export interface ControllerPlan {
  /** When it starts. */
  readonly at: number
  /** Killed with -9 at this call of its own: before it is sent, while it is under way, or once it is answered. */
  readonly kill?: { readonly call: number; readonly when: (typeof moments)[number] }
  /** Three calls from this one on get no answer. */
  readonly hang?: number
  /** Ctrl-C. */
  readonly interrupt?: number
  /** The disk is full from this write to the journal on. */
  readonly fullDisk?: number
}

const moments = ['before', 'during', 'after'] as const
const second = 1000
const minute = 60_000

/**
 * @param number of the run, from 0: the calls at which controllers are killed are spread evenly over the runs
 */
export function planOf(seed: number, number: number): Plan {
  const draw = random(seed, 'chaos', number)
  const chance = (share: number): boolean => draw.uniform() < share
  const between = (from: number, to: number): number => Math.round(from + draw.uniform() * (to - from))
  const killed = (call: number): Pick<ControllerPlan, 'kill'> => ({
    kill: { call, when: moments[number % moments.length]! },
  })
  const first: ControllerPlan = {
    at: 0,
    ...(chance(0.75) ? killed(1 + ((number * 37) % mostCalls)) : {}),
    ...(chance(0.15) ? { interrupt: between(10 * second, 5 * minute) } : {}),
    ...(chance(0.15) ? { fullDisk: between(0, 8) } : {}),
    ...(chance(0.15) ? { hang: between(1, mostCalls) } : {}),
  }
  const second_: ControllerPlan = {
    at: chance(0.4) ? between(0, 20 * second) : between(minute, 6 * minute),
    ...(chance(0.4) ? killed(between(1, mostCalls)) : {}),
    ...(chance(0.1) ? { interrupt: between(10 * second, 8 * minute) } : {}),
  }
  const from = between(0, 6 * minute)
  return {
    seed,
    need: chance(0.7) ? { gpus: 1 } : { type: 'DEV1-S' },
    cap: between(60, 300) / 100,
    controllers: chance(0.6) ? [first, second_] : [first],
    work: between(minute, 6 * minute),
    failing: chance(0.3) ? 0.08 : 0,
    losing: chance(0.3) ? 0.05 : 0,
    ...(chance(0.25) ? { outage: { from, to: from + between(minute, chance(0.3) ? 60 * minute : 6 * minute) } } : {}),
    scarce: chance(0.2),
    ...(chance(0.1) ? { loseState: between(30 * second, 6 * minute) } : {}),
  }
}

/** Calls to the API that a controller makes in an undisturbed run, at least. */
const mostCalls = 600
