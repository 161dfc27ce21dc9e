import type { Context } from 'hono'
import { BadFilm } from '../imaging/index.ts'
import { HttpProblem, problemResponse } from './http-problem.ts'
import type { Env } from './route.ts'

/** Whatever was thrown, as an answer: sentences of ours as they are, everything else without a word of its inside. */
export function problemOf(error: unknown, c: Context<Env>): Response {
  const problem = asHttp(error, c)
  if (problem.status >= 500) c.set('fault', error)
  return problemResponse(problem, c.get('requestId'))
}

function asHttp(error: unknown, c: Context<Env>): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof BadFilm) return new HttpProblem(422, error.message, { cause: error })
  // Nobody reads this answer; 499 is what proxies log for it.
  if (c.req.raw.signal.aborted) return new HttpProblem(499, 'Cannot answer: the caller has gone')
  return new HttpProblem(500, 'Cannot answer: something went wrong inside the server', { cause: error })
}
