import type { Answer } from '../models/index.ts'

/** The first finding's answer, its word first as in the guide; a model of several findings lists them all. */
export interface AnswerBody {
  /** `Pneumonia` or `No Pneumonia`. */
  readonly prediction: string
  readonly probability: number
  readonly threshold: number
  /** `name@version`. */
  readonly model: string
  readonly requestId: string
  readonly findings?: readonly {
    readonly prediction: string
    readonly probability: number
    readonly threshold: number
  }[]
}

export function answerBody(answers: readonly Answer[], model: string, requestId: string): AnswerBody {
  const [first, ...others] = answers.map(({ label, probability, threshold, positive }) => ({
    prediction: positive ? label : `No ${label}`,
    probability,
    threshold,
  }))
  if (!first) throw new Error('The model gave no answer')
  return { ...first, model, requestId, ...(others.length > 0 && { findings: [first, ...others] }) }
}
