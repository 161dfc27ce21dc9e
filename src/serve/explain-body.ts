import type { Explanation } from '../models/index.ts'
import { type AnswerBody, answerBody } from './answer.ts'
import type { FilmReading } from './read-film.ts'

/** An answer with its reason in sight. */
export interface ExplainBody extends AnswerBody {
  /** The film with the heat map on it, as a `data:` address of a PNG; absent where the model gives none. */
  readonly overlay?: string
  /** The hottest place, in pixels of the film; absent where there is no heat map. */
  readonly hottest?: { readonly x: number; readonly y: number }
  /** How the heat map was made and what to know of it, or why there is none. */
  readonly explanation: Explanation & { readonly finding: string }
  readonly film: { readonly width: number; readonly height: number }
}

export function explainBody({ answers, explanation }: FilmReading, model: string, requestId: string): ExplainBody {
  if (!explanation) throw new Error('The model gave no explanation')
  const { png, hottest, film, finding, method, about } = explanation
  return {
    ...answerBody(answers, model, requestId),
    ...(png && { overlay: `data:image/png;base64,${Buffer.from(png).toString('base64')}` }),
    ...(hottest && { hottest }),
    explanation: { finding, method, about },
    film,
  }
}
