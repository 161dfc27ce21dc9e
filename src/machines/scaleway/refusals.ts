import { Problem, type ProblemOptions } from '../../core/index.ts'
import type { SdkErrors } from './sdk.ts'

/** What kind of a no it is, for callers that can do something about it. */
export type RefusalKind =
  | 'not-found'
  | 'precondition'
  | 'out-of-stock'
  | 'quota'
  | 'denied'
  | 'invalid'
  | 'outage'
  | 'other'

/** Scaleway said no, or nothing. */
export class ScalewayProblem extends Problem {
  override readonly name: string = 'ScalewayProblem'
  readonly kind: RefusalKind

  constructor(message: string, kind: RefusalKind, options: ProblemOptions = {}) {
    super(message, options)
    this.kind = kind
  }
}

/** Whether the same call may succeed a little later, or may have succeeded without our being told. */
export function isTransient(errors: SdkErrors, error: unknown): boolean {
  if (error instanceof errors.OutOfStockError) return false
  if (error instanceof errors.TooManyRequestsError || error instanceof errors.TransientStateError) return true
  const status = statusOf(error)
  // Without a status there was no answer: the network, or a time-out. With a good one, the answer was cut short.
  return status === undefined ? isNetworkError(error) : status >= 500 || status === 429 || status < 300
}

/** Milliseconds that Scaleway asked us to wait, if it did. */
export function askedPause(errors: SdkErrors, error: unknown): number | undefined {
  if (!(error instanceof errors.TooManyRequestsError)) return undefined
  return (error.resetSeconds ?? 1) * 1000
}

/** @param action what was tried, as in "list the servers of fr-par-1" */
export function problemOf(errors: SdkErrors, action: string, error: unknown): ScalewayProblem {
  const says = error instanceof Error ? error.message : String(error)
  const problem = (kind: RefusalKind, what: string, next?: string): ScalewayProblem =>
    new ScalewayProblem(`Cannot ${action}: ${what}`, kind, { cause: error, ...(next === undefined ? {} : { next }) })
  if (error instanceof errors.ResourceNotFoundError) return problem('not-found', 'Scaleway does not have it')
  if (error instanceof errors.PreconditionFailedError) return problem('precondition', `Scaleway says "${says}"`)
  if (error instanceof errors.OutOfStockError) return problem('out-of-stock', 'there is none left now')
  if (error instanceof errors.QuotasExceededError) {
    const next = 'ask for a higher quota in the console, or destroy what is not needed: chestnut machines list'
    return problem('quota', `Scaleway says "${says}"`, next)
  }
  if (error instanceof errors.DeniedAuthenticationError) {
    return problem(
      'denied',
      'Scaleway does not know the key',
      'check SCW_ACCESS_KEY and SCW_SECRET_KEY, or run "scw init"',
    )
  }
  if (error instanceof errors.PermissionsDeniedError) {
    const next = 'give the key the permission sets that docs/scaleway.md lists'
    return problem('denied', `the key may not do that: Scaleway says "${says}"`, next)
  }
  if (error instanceof errors.InvalidArgumentsError) return problem('invalid', `Scaleway says "${says}"`)
  if (isTransient(errors, error)) return problem('outage', `Scaleway does not answer as it should (${shortly(error)})`)
  return problem(statusOf(error) === 404 ? 'not-found' : 'other', `Scaleway says "${says}"`)
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined
}

/** What `fetch` throws, and our own time-out. */
function isNetworkError(error: unknown): boolean {
  if (error instanceof TypeError) return error.message === 'fetch failed' || error.message === 'terminated'
  return error instanceof DOMException && error.name === 'TimeoutError'
}

function shortly(error: unknown): string {
  const status = statusOf(error)
  if (status !== undefined) return `status ${status}`
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && cause.message !== ''
    ? cause.message
    : error instanceof Error
      ? error.message
      : 'no answer'
}
