import type { MiddlewareHandler } from 'hono'
import { requestId } from './request-id.ts'
import type { Env } from './route.ts'
import { securityHeaders } from './security-headers.ts'
import type { ServeTools } from './serve-tools.ts'

/** Gives each request its id, each answer its headers, and the log one line that names no file and no address. */
export function observe({ log, clock, version }: ServeTools): MiddlewareHandler<Env> {
  const model = `${version.name}@${version.version}`
  return async (c, next) => {
    const started = clock.now()
    const id = requestId(c.req.raw)
    c.set('requestId', id)
    c.set('route', 'none')
    await next()
    for (const [name, value] of Object.entries(securityHeaders(c.res.headers.get('content-type')))) {
      c.res.headers.set(name, value)
    }
    c.res.headers.set('x-request-id', id)
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
    const { status } = c.res
    const route = c.get('route')
    if (route.startsWith('/health/') && status === 200) return
    const facts = { method: c.req.method, route, status, milliseconds: clock.now() - started, model, requestId: id }
    if (status >= 500) log.error('request', c.get('fault'), facts)
    else log.info('request', facts)
  }
}
