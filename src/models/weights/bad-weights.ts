import { Problem, type ProblemOptions } from '../../core/index.ts'

/** Why a file of weights is not read: the rest of the sentence `Cannot read the weights "subject": …`. */
export class BadWeights extends Error {
  readonly next: string | undefined

  constructor(reason: string, options: ProblemOptions = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.next = options.next
  }
}

/** Whatever a reader threw, as a sentence about the file. Damage shows itself as bytes that are wanted beyond the end. */
export function badWeights(subject: string, error: unknown): unknown {
  const what = `Cannot read the weights "${subject}"`
  if (error instanceof BadWeights) {
    return new Problem(`${what}: ${error.message}`, {
      cause: error,
      ...(error.next === undefined ? {} : { next: error.next }),
    })
  }
  if (error instanceof RangeError) {
    return new Problem(`${what}: the file is damaged or was cut off`, { cause: error, next: 'get the file again' })
  }
  return error
}
