import type { Confusion } from './confusion.ts'
import type { Interval } from './interval.ts'
import { wilson } from './wilson.ts'

/** The names of the shares that a confusion matrix gives. */
export const rateNames = ['sensitivity', 'specificity', 'ppv', 'npv', 'accuracy', 'f1'] as const
export type RateName = (typeof rateNames)[number]

/** `[successes, trials]` of each rate. F1 is 2·tp in 2·tp + fp + fn, which is no proportion of independent trials. */
const fractions: Readonly<Record<RateName, (c: Confusion) => readonly [number, number]>> = {
  sensitivity: c => [c.tp, c.tp + c.fn],
  specificity: c => [c.tn, c.tn + c.fp],
  ppv: c => [c.tp, c.tp + c.fp],
  npv: c => [c.tn, c.tn + c.fn],
  accuracy: c => [c.tp + c.tn, c.tp + c.tn + c.fp + c.fn],
  f1: c => [2 * c.tp, 2 * c.tp + c.fp + c.fn],
}

/** One rate of a confusion matrix; undefined when nothing is there to divide by. */
export function rate(name: RateName, counts: Confusion): number | undefined {
  const [successes, trials] = fractions[name](counts)
  return trials === 0 ? undefined : successes / trials
}

/** A rate with Wilson's interval. It takes films as independent: where patients have several, use the clustered bootstrap. */
export function rateInterval(name: Exclude<RateName, 'f1'>, counts: Confusion, level = 0.95): Interval {
  const [successes, trials] = fractions[name](counts)
  return wilson(successes, trials, level)
}
