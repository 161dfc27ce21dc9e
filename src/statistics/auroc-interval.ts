import type { Interval } from './interval.ts'
import { logit, sigmoid } from './logit.ts'
import { zOf } from './normal.ts'
import { wilson } from './wilson.ts'

/** An AUROC with its interval and its standard error (of the AUROC itself, not of its logit). */
export interface AurocInterval extends Interval {
  readonly se: number
}

/**
 * An interval that stays between 0 and 1: logit A ± z·se/(A(1−A)), turned back.
 *
 * Without a single wrongly ordered pair the estimated variance is 0, which is no knowledge: then the bound is Wilson's for
 * as many trials as the smaller class has independent units (films or patients). With fewer than two units in a class
 * nothing is known, and the interval is 0 to 1.
 */
export function aurocInterval(auroc: number, variance: number, smallerClass: number, level: number): AurocInterval {
  if (smallerClass < 2) return { value: auroc, low: 0, high: 1, level, se: Number.NaN }
  const se = Math.sqrt(Math.max(0, variance))
  if (auroc <= 0 || auroc >= 1 || se === 0) {
    const { low, high } = wilson(auroc * smallerClass, smallerClass, level)
    return { value: auroc, low, high, level, se }
  }
  const middle = logit(auroc)
  const reach = (zOf(level) * se) / (auroc * (1 - auroc))
  return { value: auroc, low: sigmoid(middle - reach), high: sigmoid(middle + reach), level, se }
}
