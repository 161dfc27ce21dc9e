import { Problem } from '../../core/index.ts'
import type { Failure } from './protocol.ts'

/** An error on its way out of a host. */
export function failureOf(error: unknown): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = error instanceof Error ? error.message : String(error)
  return { message, foreseen: error instanceof Problem, detail: causeOf(error) ?? detail }
}

/** The same error on the near side. */
export function errorOf(failure: Failure): Error {
  if (failure.foreseen) return new Problem(failure.message, { cause: new Error(failure.detail) })
  return new Error(failure.message, { cause: new Error(failure.detail) })
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
}
