import { Refusal } from '../../core/index.ts'
import { changesNothing } from '../../train/index.ts'
import type { Config } from '../config.ts'
import type { MachineSpec } from '../machine-spec.ts'
import { headName } from './learn-elsewhere.ts'

/**
 * Looks whether a stage's inputs may leave this computer, before anything is gathered, sent or rented. Films that were drawn are
 * nobody's; a machine that is this computer is nowhere else. A training from features has no film among its inputs: where there is
 * nothing frozen to make them is seen once the network is built, see `headNeeds`.
 *
 * @throws Refusal
 */
export function checkEgress(config: Config, spec: MachineSpec, stage: string, name: string): void {
  const { egress, train } = config
  const start = `Cannot run "${stage}" on "${name}"`
  if (sendsFeatures(config, stage)) {
    if (changesNothing(train.augmentation) || train.augmentation?.pool !== undefined) return
    throw new Refusal(
      `${start}: films are changed anew in every epoch, and by "egress" only features of them may leave`,
      {
        next: 'set "pool" beside train.augmentation in chestnut.config.ts, so that each film has a few variants, or leave --on out',
      },
    )
  }
  if (mayLeave(config, stage) || spec.kind === 'local') return
  const wants =
    stage === 'prepare'
      ? 'the table with its names of films and ids of patients'
      : 'the films as pixels, with labels and facts'
  const says =
    egress === 'deny'
      ? 'nothing may leave this computer'
      : 'only features of films may, from which "train" alone can start'
  throw new Refusal(`${start}: it needs ${wants}, and by "egress" ${says}`, {
    next: `set "egress" in chestnut.config.ts to "pixels" if they may${stage === 'train' ? ', to "features" if what a frozen backbone makes of films may' : ''}, or leave --on out`,
  })
}

/** Whether what a stage starts from may leave this computer, for a machine or a bucket. */
export function mayLeave(config: Pick<Config, 'egress' | 'data'>, stage: string): boolean {
  const { egress, data } = config
  return egress === 'pixels' || data.kind === 'phantoms' || (egress === 'features' && stage === headName)
}

/** Whether a stage takes to another machine what the frozen part makes of films, and no film. */
export function sendsFeatures({ egress }: Pick<Config, 'egress'>, stage: string): boolean {
  return egress === 'features' && stage === 'train'
}
