import type { CachedFilms } from '../dataset/index.ts'
import { calibrate, chooseThreshold } from '../evaluate/index.ts'
import { type CalibrationMap, calibrated, draftClassifier, type Network, uncalibrated } from '../models/index.ts'
import { classifyRows } from './classify-rows.ts'
import { judgementOf, type TargetJudgement } from './judgement.ts'
import type { Workspace } from './workspace.ts'

/** How a target's logit becomes an answer. */
export interface AnswerRule {
  readonly calibration: CalibrationMap
  /** On probabilities. */
  readonly threshold: number
}

/** Fewer validation films of a side than this would make a map and a threshold of noise. */
const fewest = 5

/**
 * Calibration and threshold of each target, in their order, from the same path from film to answer that will be served; each
 * from the validation films that have a label of it.
 */
export async function chooseAnswers(
  workspace: Workspace,
  network: Network,
  targets: readonly string[],
  validation: CachedFilms,
): Promise<readonly AnswerRule[]> {
  await using draft = await draftClassifier(network, targets, workspace.engine)
  const judgement = await classifyRows(workspace, draft, validation, 'Calibrating')
  return targets.map(target => {
    const judged = judgementOf(judgement, target)
    const few = targets.length > 1 ? tooFew(judged) : undefined
    if (few === undefined) return chosen(judged)
    workspace.progress({
      kind: 'warning',
      text: `"${target}" keeps its probabilities as they are, and a threshold of 0.5: ${few} validation films are too few to calibrate on, ${fewest} of each side are wanted`,
    })
    return { calibration: uncalibrated, threshold: 0.5 }
  })
}

/** `3 positive and 40 negative`, where a side has too few; a single target is refused where one is missing. */
function tooFew({ labels }: TargetJudgement): string | undefined {
  const positives = labels.reduce((sum, label) => sum + label, 0)
  const negatives = labels.length - positives
  return Math.min(positives, negatives) < fewest ? `${positives} positive and ${negatives} negative` : undefined
}

function chosen({ scores, labels }: TargetJudgement): AnswerRule {
  const calibration = calibrate(scores, labels)
  const probabilities = scores.map(logit => calibrated(logit, calibration))
  return { calibration, threshold: chooseThreshold(probabilities, labels) }
}
