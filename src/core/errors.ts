/** Exit codes of the command line, and of a job on a rented machine. */
export const exitCodes = { done: 0, failed: 1, misused: 2, refused: 3, interrupted: 130 } as const

export interface ProblemOptions {
  /** The next command to type, or what to change. */
  readonly next?: string
  readonly cause?: unknown
}

/**
 * What went wrong, for the person who has to mend it: one sentence with the action, the subject in quotes, what is and
 * what was wanted. Shown without a stack trace. Anything else that is thrown is a defect of ours.
 */
export class Problem extends Error {
  override readonly name: string = 'Problem'
  readonly exitCode: number = exitCodes.failed
  readonly next: string | undefined

  constructor(message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.next = options.next
  }
}

/** The command, the configuration or the call was not understood. */
export class Misuse extends Problem {
  override readonly name: string = 'Misuse'
  override readonly exitCode: number = exitCodes.misused
}

/** A gate said no: everything ran, and the answer is not good enough. */
export class Refusal extends Problem {
  override readonly name: string = 'Refusal'
  override readonly exitCode: number = exitCodes.refused
}

/** The person, or the machine's owner, asked to stop. */
export class Interrupted extends Problem {
  override readonly name: string = 'Interrupted'
  override readonly exitCode: number = exitCodes.interrupted

  constructor(message = 'Interrupted', options: ProblemOptions = {}) {
    super(message, options)
  }
}

/** Throws `Interrupted` if the signal was aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof Problem ? signal.reason : new Interrupted()
}

/** The system's code of an error (`ENOENT`, `ENOSPC`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
