import { percentText } from '../report/index.ts'
import type { Interval } from '../statistics/index.ts'
import type { Evaluation, MetadataGain } from './evaluation.ts'
import { intervalText, rangeText } from './interval-text.ts'

/** A gain over metadata below this is no reason to believe that the films were read. */
const leastGain = 0.05
/** An interval wider than this cannot tell a good model from a poor one. */
const widest = 0.15

/** What a careful reader would object to, as sentences. */
export function warningsOf(evaluation: Evaluation): readonly string[] {
  return [
    againstChance(evaluation),
    againstMetadata(evaluation),
    onWidth(evaluation),
    onCalibration(evaluation),
    onSubgroups(evaluation),
  ].filter(warning => warning !== undefined)
}

export function mayGuess({ auroc }: { readonly auroc: Interval }): boolean {
  return !(auroc.low > 0.5)
}

export function mayReadMetadata({ metadata }: { readonly metadata: MetadataGain | null }): boolean {
  return metadata !== null && !(metadata.gain.low > 0 && metadata.gain.value >= leastGain)
}

export function isOff({ calibration }: Evaluation): boolean {
  return calibration.expectedError > calibration.expectedErrorByChance.high
}

function againstChance(evaluation: Evaluation): string | undefined {
  if (!mayGuess(evaluation)) return undefined
  return `**It may be guessing.** The interval of the AUROC (${rangeText(evaluation.auroc)}) holds 0.5.`
}

function againstMetadata({ metadata }: Evaluation): string | undefined {
  if (metadata === null || !mayReadMetadata({ metadata })) return undefined
  const { auroc, gain } = metadata
  return (
    `**It may have learned nothing about lungs.** View, age, sex, follow-up number and size alone score ${intervalText(auroc)}; ` +
    `the model gains ${intervalText(gain)}.`
  )
}

function onWidth({ auroc, positives, negatives }: Evaluation): string | undefined {
  const width = auroc.high - auroc.low
  if (width <= widest) return undefined
  return (
    `**Too few films to be sure.** With ${positives} positives and ${negatives} negatives the AUROC lies somewhere from ` +
    `${rangeText(auroc)}. Cross-validation judges every film: \`chestnut evaluate --folds 5\`.`
  )
}

function onCalibration(evaluation: Evaluation): string | undefined {
  if (!isOff(evaluation)) return undefined
  const { expectedError, expectedErrorByChance } = evaluation.calibration
  return (
    `**The probabilities are off** by ${percentText(expectedError, 1)} on average; perfectly calibrated ones would show up to ` +
    `${percentText(expectedErrorByChance.high, 1)} on so few films.`
  )
}

function onSubgroups({ subgroups }: Evaluation): string | undefined {
  const oneClass = subgroups.filter(({ positives, negatives }) => positives === 0 || negatives === 0)
  if (oneClass.length === 0) return undefined
  const names = oneClass.map(({ by, group }) => `${by} ${group}`).join(', ')
  return `**Some groups have one class only**: ${names}. Nothing is known of the model there, and the group itself tells the label.`
}
