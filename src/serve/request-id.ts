import { randomUUID } from 'node:crypto'

/** The caller's `x-request-id` when it is well formed, so that both sides' logs meet; else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get('x-request-id') ?? ''
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(given) ? given : randomUUID()
}
