import { Refusal } from '../../core/index.ts'
import type { Config } from '../config.ts'
import type { MachineSpec } from '../machine-spec.ts'

/**
 * Looks whether a stage's inputs may leave this computer, before anything is gathered, sent or rented. Films that were drawn are
 * nobody's; a machine that is this computer is nowhere else.
 *
 * @throws Refusal
 */
export function checkEgress({ egress, data }: Config, spec: MachineSpec, stage: string, name: string): void {
  if (egress === 'pixels' || data.kind === 'phantoms' || spec.kind === 'local') return
  const wants =
    stage === 'prepare'
      ? 'the table with its names of films and ids of patients'
      : 'the films as pixels, with labels and facts'
  const says =
    egress === 'deny'
      ? 'nothing may leave this computer'
      : 'only features of the frozen part may, and a stage on another machine starts from pixels'
  throw new Refusal(`Cannot run "${stage}" on "${name}": it needs ${wants}, and by "egress" ${says}`, {
    next: 'set "egress" to "pixels" in chestnut.config.ts if they may, or leave --on out',
  })
}
