import type { Context, Handler } from 'hono'
import { HttpProblem } from './http-problem.ts'

/** What one request carries along. */
export interface Env {
  Variables: {
    requestId: string
    /** The pattern that matched, for the log: an address itself may hold anything. */
    route: string
    /** What went wrong inside, for the log only. */
    fault: unknown
  }
}

export type Answering = (c: Context<Env>) => Response | Promise<Response>

/** One path with its methods: HEAD is answered as GET, OPTIONS lists them, any other is refused with the list. */
export function methods(route: string, handlers: Readonly<Partial<Record<'GET' | 'POST', Answering>>>): Handler<Env> {
  const allow = [...Object.keys(handlers), ...('GET' in handlers ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return c => {
    c.set('route', route)
    switch (c.req.method) {
      case 'GET':
      case 'HEAD':
        if (handlers.GET) return handlers.GET(c)
        break
      case 'POST':
        if (handlers.POST) return handlers.POST(c)
        break
      case 'OPTIONS':
        return c.body(null, 204, { allow })
    }
    throw new HttpProblem(405, `Cannot take this method here: wanted ${allow}`, { headers: { allow } })
  }
}
