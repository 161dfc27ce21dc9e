import type { Answer } from './answer.ts'

/**
 * A film's answers in a word: `Pneumonia` or `No Pneumonia` for a model of one finding, as in the guide; for several the positive
 * ones as the NIH table writes them, such as `Effusion|Pneumonia`, or `No Finding`.
 */
export function predictionWord(answers: readonly Answer[]): string {
  const positive = answers.filter(answer => answer.positive).map(({ label }) => label)
  if (positive.length > 0) return positive.join('|')
  return answers.length === 1 ? `No ${answers[0]!.label}` : 'No Finding'
}
