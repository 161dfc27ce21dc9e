/** What the API answers instead of what was asked for. The SDK tells errors apart by the `type` in the body. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) {
    super(String(body['type'] ?? body['message']))
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export function notFound(resource: string, id: string): ApiError {
  return new ApiError(404, { type: 'not_found', message: 'resource is not found', resource, resource_id: id })
}

/** A path or a method that the API does not have. */
export function noSuchPath(path: string): ApiError {
  return new ApiError(404, { message: `no route for ${path}` })
}

export function invalidArgument(argument: string, help: string, reason = 'constraint'): ApiError {
  const details = [{ argument_name: argument, reason, help_message: help }]
  return new ApiError(400, { type: 'invalid_arguments', message: 'invalid argument(s)', details })
}

export function preconditionFailed(precondition: string, help: string): ApiError {
  return new ApiError(412, {
    type: 'precondition_failed',
    message: 'precondition failed',
    precondition,
    help_message: help,
  })
}

export function transientState(resource: string, id: string, state: string): ApiError {
  return new ApiError(409, {
    type: 'transient_state',
    message: 'resource is in a transient state',
    resource,
    resource_id: id,
    current_state: state,
  })
}

export function outOfStock(type: string): ApiError {
  return new ApiError(503, { type: 'out_of_stock', message: 'resource out of stock', resource: type })
}

export function quotaExceeded(resource: string, quota: number, current: number): ApiError {
  const details = [{ resource, quota, current }]
  return new ApiError(403, { type: 'quotas_exceeded', message: 'quota exceeded', details })
}

export function deniedAuthentication(reason: 'invalid_argument' | 'not_found'): ApiError {
  return new ApiError(401, { type: 'denied_authentication', message: 'denied', method: 'api_key', reason })
}

export function tooManyRequests(resetSeconds: number): ApiError {
  return new ApiError(
    429,
    {
      type: 'too_many_requests',
      message: 'too many requests',
      help_message: 'slow down',
      limit: { quota: 100, window_seconds: 60 },
      reset_seconds: resetSeconds,
    },
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetSeconds) },
  )
}

export function internalError(status = 500): ApiError {
  return new ApiError(status, { type: 'internal_error', message: 'internal error' })
}
