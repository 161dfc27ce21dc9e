import { type Answer, type ProbabilityInterval, predictionWord } from '../models/index.ts'

/** What a model says of a film, its word first as in the guide. */
export interface AnswerBody {
  /** `Pneumonia` or `No Pneumonia`; of several findings the positive ones, such as `Effusion|Pneumonia`, or `No Finding`. */
  readonly prediction: string
  /** Of the only finding; absent where there are several. */
  readonly probability?: number
  readonly interval?: ProbabilityInterval
  readonly threshold?: number
  /** One a finding, in the model's order. */
  readonly findings: readonly FindingBody[]
  /** `name@version`. */
  readonly model: string
  readonly requestId: string
}

export interface FindingBody {
  readonly label: string
  readonly probability: number
  /** Absent where the model cannot tell. */
  readonly interval?: ProbabilityInterval
  readonly threshold: number
  readonly positive: boolean
}

export function answerBody(answers: readonly Answer[], model: string, requestId: string): AnswerBody {
  const findings = answers.map(
    ({ label, probability, interval, threshold, positive }): FindingBody => ({
      label,
      probability,
      ...(interval && { interval }),
      threshold,
      positive,
    }),
  )
  const [only, ...others] = findings
  if (!only) throw new Error('The model gave no answer')
  const { probability, interval, threshold } = only
  return {
    prediction: predictionWord(answers),
    ...(others.length === 0 && { probability, ...(interval && { interval }), threshold }),
    findings,
    model,
    requestId,
  }
}
