import { type Answer, type AnswerRecord, answerRecord } from '../models/index.ts'

export interface AnswerBody extends AnswerRecord {
  /** `name@version`. */
  readonly model: string
  readonly requestId: string
}

export function answerBody(answers: readonly Answer[], model: string, requestId: string): AnswerBody {
  return { ...answerRecord(answers), model, requestId }
}
