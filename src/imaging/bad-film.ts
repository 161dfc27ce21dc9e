import { Problem, type ProblemOptions } from '../core/index.ts'

/**
 * Bytes that are no readable film. The message is a sentence for the person who passed the file, and never holds the
 * file's name: names carry patient numbers, and this sentence goes into HTTP answers and lists.
 */
export class BadFilm extends Problem {
  override readonly name: string = 'BadFilm'

  /** @param reason ends the sentence "Cannot read the film: …" */
  constructor(reason: string, options: ProblemOptions = {}) {
    super(`Cannot read the film: ${reason}`, options)
  }
}
