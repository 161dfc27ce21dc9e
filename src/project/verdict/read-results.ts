import { checkStamp } from '../../core/index.ts'
import type { Evaluation, FindingsEvaluation, TrainingCurves } from '../../evaluate/index.ts'
import { readHistory } from '../../train/index.ts'

/** What `evaluation.json` holds, of one finding or of several. */
export interface ReadEvaluation {
  readonly findings: readonly {
    readonly target: string
    readonly evaluation: Evaluation | null
    readonly counts: boolean
  }[]
  readonly mean: FindingsEvaluation['mean']
}

/** @throws Problem when a newer Chestnut wrote it */
export function readEvaluation(json: string): ReadEvaluation {
  const found = JSON.parse(json) as Evaluation | FindingsEvaluation
  if (found.format === 'chestnut.findings-evaluation/1') {
    const findings = found.findings.map(({ target, evaluation, leftOut }) => ({
      target,
      evaluation,
      counts: leftOut === null,
    }))
    return { findings, mean: found.mean }
  }
  checkStamp(found.format, 'evaluation', 1)
  return { findings: [{ target: found.target, evaluation: found, counts: true }], mean: null }
}

/** The curves of `history.json`. */
export function readCurves(json: string): TrainingCurves {
  const { bestEpoch, epochs } = readHistory(json)
  return {
    bestEpoch,
    epochs: epochs.map(({ epoch, trainLoss, validationLoss, validationAuroc }) => ({
      epoch,
      trainLoss,
      validationLoss,
      validationAuroc,
    })),
  }
}
