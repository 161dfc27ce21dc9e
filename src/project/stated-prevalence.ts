import { Misuse, nearest } from '../core/index.ts'
import type { Config } from './config.ts'

/**
 * The prevalence that the configuration states for each target, in their order; undefined where it states none.
 *
 * @throws {Misuse} when it states one for a finding that is no target
 */
export function statedPrevalence(
  { calibration: { prevalence } }: Config,
  targets: readonly string[],
): readonly (number | undefined)[] {
  if (typeof prevalence !== 'object') return targets.map(() => prevalence)
  const odd = Object.keys(prevalence).find(name => !targets.includes(name))
  if (odd === undefined) return targets.map(target => prevalence[target])
  const near = nearest(odd, targets)
  throw new Misuse(
    `Cannot calibrate for the prevalence of "${odd}": it is none of the targets${near === undefined ? `, which are ${targets.join(', ')}` : `, did you mean "${near}"?`}`,
    { next: 'edit "calibration.prevalence"' },
  )
}
