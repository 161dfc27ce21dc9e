import { Problem } from '../../core/index.ts'
import type { Failure } from './protocol.ts'

/** An error on its way out of a host. */
export function failureOf(error: unknown): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = error instanceof Error ? error.message : String(error)
  const next = error instanceof Problem ? error.next : undefined
  return {
    message,
    foreseen: error instanceof Problem,
    detail: causeOf(error) ?? detail,
    ...(next === undefined ? {} : { next }),
  }
}

/** The same error on the near side. */
export function errorOf(failure: Failure): Error {
  const cause = new Error(failure.detail)
  if (!failure.foreseen) return new Error(failure.message, { cause })
  return new Problem(failure.message, { cause, ...(failure.next === undefined ? {} : { next: failure.next }) })
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
}
