import type { Answer } from './answer.ts'
import type { ProbabilityInterval } from './calibration.ts'

/** What a model says of a film, as programs read it; its word first as in the guide. */
export interface AnswerRecord {
  /**
   * `Pneumonia` or `No Pneumonia` for a model of one finding; for several the positive ones as the NIH table writes them, such as
   * `Effusion|Pneumonia`, or `No Finding`.
   */
  readonly prediction: string
  /** Of the only finding; absent where there are several. */
  readonly probability?: number
  readonly interval?: ProbabilityInterval
  readonly threshold?: number
  /** One a finding, in the model's order. */
  readonly findings: readonly FindingRecord[]
}

export interface FindingRecord {
  readonly label: string
  readonly probability: number
  /** Absent where the model cannot tell; `note` says why, where the model knows. */
  readonly interval?: ProbabilityInterval
  readonly threshold: number
  readonly positive: boolean
  /** What a person must know of the numbers. */
  readonly note?: string
}

export function answerRecord(answers: readonly Answer[]): AnswerRecord {
  const findings = answers.map(
    ({ label, probability, interval, threshold, positive, note }): FindingRecord => ({
      label,
      probability,
      ...(interval && { interval }),
      threshold,
      positive,
      ...(note !== undefined && { note }),
    }),
  )
  const [only, ...others] = findings
  if (!only) throw new Error('The model gave no answer')
  if (others.length > 0) return { prediction: positiveOf(findings) || 'No Finding', findings }
  const { label, positive, probability, interval, threshold } = only
  const prediction = positive ? label : `No ${label}`
  return { prediction, probability, ...(interval && { interval }), threshold, findings }
}

function positiveOf(findings: readonly FindingRecord[]): string {
  return findings
    .filter(({ positive }) => positive)
    .map(({ label }) => label)
    .join('|')
}
