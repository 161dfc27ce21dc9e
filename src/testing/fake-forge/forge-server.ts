import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Faults } from '../fake-scaleway/faults.ts'
import { matchPath } from '../fake-scaleway/route.ts'
import { ForgeError } from './forge-error.ts'
import { type ForgeFault, faultAnswer } from './forge-faults.ts'

/** One call as it came in, by whom. */
export interface ForgeCall<Who> {
  readonly who: Who
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  /** The whole address, for links to other pages. */
  readonly url: URL
}

export interface ForgeReply {
  /** Default 200; 204 where there is no JSON. */
  readonly status?: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface ForgeRoute<Who> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly path: string
  /** What the query may hold. Others are refused, so that a word that is spelt wrong is seen. */
  readonly query?: readonly string[]
  run(call: ForgeCall<Who>): ForgeReply
}

export interface ForgeServerOptions<Who> {
  readonly port?: number
  readonly routes: readonly ForgeRoute<Who>[]
  /** @throws ForgeError when nobody has such a token */
  authenticate(headers: IncomingHttpHeaders): Who
  now(): number
  faults(): Faults<ForgeFault> | undefined
  /** Told of each call. */
  seen(call: string): void
}

export interface ForgeServer {
  readonly url: string
  close(): Promise<void>
}

/** The HTTP side of a forge that is made up: tokens, paths, faults. What it all means is in the routes. */
export async function forgeServer<Who>(options: ForgeServerOptions<Who>): Promise<ForgeServer> {
  let number = 0
  const server = createServer((request, response) => {
    handle(options, request, response, ++number).catch(error => {
      // A defect of the fake's own: shown as such, not as an answer of the API.
      console.error(error)
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise(resolve => {
        server.close(() => resolve())
      })
    },
  }
}

async function handle<Who>(
  options: ForgeServerOptions<Who>,
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
): Promise<void> {
  const text = await bodyOf(request)
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'fake'}`)
  const found = routeOf(options.routes, request.method ?? '', url.pathname)
  if (found === undefined) return send(response, refusal(new ForgeError(404, { message: 'Not Found' })))
  const { route, path } = found
  options.seen(route.name)
  // The controls do not suffer what is done to the API.
  const faults = route.name.startsWith('_fake') ? undefined : options.faults()
  const strike = (when: 'before' | 'after'): ForgeReply | 'ended' | undefined => {
    const fault = faults?.({ call: route.name, when, number, path: url.pathname })
    if (fault === undefined) return undefined
    if (fault.kind === 'drop') response.destroy()
    if (fault.kind === 'drop' || fault.kind === 'hang') return 'ended'
    const answer = faultAnswer(fault, options.now(), JSON.stringify(request.headers))
    return answer && refusal(answer)
  }
  const before = strike('before')
  if (before === 'ended') return
  if (before !== undefined) return send(response, before)
  const reply = replyOf(options, route, { path, query: url.searchParams, url, text }, request.headers)
  const after = strike('after')
  if (after !== 'ended') send(response, after ?? reply)
}

interface Unread {
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly url: URL
  readonly text: string
}

function replyOf<Who>(
  options: ForgeServerOptions<Who>,
  route: ForgeRoute<Who>,
  { text, ...call }: Unread,
  headers: IncomingHttpHeaders,
): ForgeReply {
  try {
    const who = options.authenticate(headers)
    for (const key of call.query.keys())
      if (route.query?.includes(key) !== true) throw new ForgeError(400, { message: `"${key}" is no parameter` })
    return route.run({ ...call, who, body: jsonOf(text) })
  } catch (error) {
    if (error instanceof ForgeError) return refusal(error)
    throw error
  }
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new ForgeError(400, { message: 'Problems parsing JSON' })
  }
}

function routeOf<Who>(
  routes: readonly ForgeRoute<Who>[],
  method: string,
  pathname: string,
): { readonly route: ForgeRoute<Who>; readonly path: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    const path = route.method === method ? matchPath(route.path, pathname) : undefined
    if (path !== undefined) return { route, path }
  }
  return undefined
}

function refusal({ status, body, headers }: ForgeError): ForgeReply {
  return { status, json: body, headers }
}

function send(response: ServerResponse, { status, json, headers = {} }: ForgeReply): void {
  response.statusCode = status ?? (json === undefined ? 204 : 200)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (json === undefined) return void response.end()
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(json))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
