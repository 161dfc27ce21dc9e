import { Hono } from 'hono'
import { gate } from './gate.ts'
import { HttpProblem } from './http-problem.ts'
import { observe } from './observe.ts'
import { pageRoutes } from './page-routes.ts'
import { predictRoutes } from './predict-routes.ts'
import { problemOf } from './problem-of.ts'
import { type Env, methods } from './route.ts'
import { limitsOf, type ServeTools } from './serve-tools.ts'

export interface App {
  /** Answers every request; what goes wrong is an answer too. */
  fetch(request: Request): Promise<Response>
}

/**
 * The server as a function of a request; it opens no port.
 *
 * - `POST /`: a film as the field `file` of a multipart form, or as the body itself → its prediction as JSON
 * - `POST /explain`, or `POST /?explain=1`: the same with a heat map of the model's first finding, or of `?finding=Effusion`;
 *   `Accept: image/png` gives the picture alone
 * - `GET /`: the page on which a person tries the model
 * - `GET /health/live`, `GET /health/ready`
 */
export function serve(tools: ServeTools): App {
  const limits = limitsOf(tools.limits)
  const room = { tools, limits, gate: gate(limits) }
  const app = new Hono<Env>()
  app.use(observe(tools))
  const page = pageRoutes()
  const predict = predictRoutes(room)
  app.all('/', methods('/', { GET: page.index, POST: predict.answer }))
  app.all('/explain', methods('/explain', { POST: predict.explain }))
  app.all('/page/:name', methods('/page/:name', { GET: page.file }))
  app.all('/health/live', methods('/health/live', { GET: c => c.json({ status: 'ok' }) }))
  app.all('/health/ready', methods('/health/ready', { GET: c => c.json(readiness(tools)) }))
  app.notFound(c => problemOf(new HttpProblem(404, 'Cannot find this address'), c))
  app.onError((error, c) => problemOf(error, c))
  return { fetch: async request => app.fetch(request) }
}

/** The model is loaded before the server is made, so a server that answers is ready. */
function readiness({ version: { name, version }, classifier: { card } }: ServeTools): object {
  return { status: 'ok', model: `${name}@${version}`, findings: card.classes }
}
