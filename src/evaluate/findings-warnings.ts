import { spaced } from '../report/index.ts'
import type { Evaluation } from './evaluation.ts'
import { isOff, mayGuess, mayReadMetadata } from './evaluation-warnings.ts'
import type { FindingsEvaluation } from './findings-evaluation.ts'
import { intervalText } from './interval-text.ts'

/** What a careful reader would object to, as sentences; what each finding's own part says is only named here. */
export function findingsWarnings(evaluation: FindingsEvaluation): readonly string[] {
  return [onMean(evaluation), againstMetadata(evaluation), onLeftOut(evaluation), ...onEach(evaluation)].filter(
    warning => warning !== undefined,
  )
}

function onMean({ mean }: FindingsEvaluation): string | undefined {
  if (mean === null) return '**There is no mean.** No finding has patients enough of both sides.'
  if (!mayGuess(mean)) return undefined
  return '**It may be guessing.** The interval of the mean AUROC holds 0.5.'
}

function againstMetadata({ mean }: FindingsEvaluation): string | undefined {
  const metadata = mean?.metadata ?? null
  if (metadata === null || !mayReadMetadata({ metadata })) return undefined
  return (
    '**It may have learned nothing about lungs.** View, age, sex, follow-up number and size alone score ' +
    `${intervalText(metadata.auroc)} on average; the model gains ${intervalText(metadata.gain)}.`
  )
}

function onLeftOut({ findings }: FindingsEvaluation): string | undefined {
  const left = findings.filter(({ leftOut }) => leftOut !== null)
  if (left.length === 0) return undefined
  const lines = left.map(({ target, leftOut }) => `- ${spaced(target)} †: ${leftOut}`)
  return `**Left out of the mean** are findings that the films say too little of.\n\n${lines.join('\n')}`
}

function onEach({ findings }: FindingsEvaluation): readonly (string | undefined)[] {
  const which = (test: (evaluation: Evaluation) => boolean): string =>
    findings
      .filter(({ leftOut, evaluation }) => leftOut === null && evaluation !== null && test(evaluation))
      .map(({ target }) => spaced(target))
      .join(', ')
  const guessed = which(mayGuess)
  const metadata = which(mayReadMetadata)
  const off = which(isOff)
  return [
    guessed === '' ? undefined : `**Perhaps guessed**: ${guessed}. The intervals of their AUROC hold 0.5.`,
    metadata === ''
      ? undefined
      : `**Perhaps told without looking at lungs**: ${metadata}. Metadata alone scores as much, or nearly.`,
    off === ''
      ? undefined
      : `**Probabilities that are off**: ${off}. More than chance alone would show on so few films.`,
  ]
}
