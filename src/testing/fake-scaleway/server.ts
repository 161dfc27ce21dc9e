import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError, deniedAuthentication, invalidArgument, noSuchPath } from './api-error.ts'
import { fakeZones } from './catalogue.ts'
import { answerOf, type Fault, type FaultPoint, type Faults } from './faults.ts'
import { type Answer, type Call, matchPath, type Route } from './route.ts'

export interface ListeningOptions {
  readonly port: number
  /** What the `X-Auth-Token` header must be. */
  readonly secretKey: string
  readonly routes: readonly Route[]
  /** Milliseconds since 1970 for the `Date` header. */
  now(): number
  /** Told of each request before anything is looked at. */
  arriving(headers: IncomingHttpHeaders): void
  /** Carries out what is due. */
  settle(): void
  /** Told of each call. @returns its number */
  seen(call: string): number
  faults(): Faults | undefined
}

/** The HTTP side: keys, paths, pages, faults; what it all means is in the routes. */
export async function listen(options: ListeningOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(options, request, response).catch(error => {
      // A defect of the fake's own: shown as such, not as an answer of the API.
      response.destroy(error instanceof Error ? error : new Error(String(error)))
      console.error(error)
    })
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => {
    server.close(() => resolve())
  })
}

async function handle(options: ListeningOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyOf(request)
  const url = new URL(request.url ?? '/', 'http://fake')
  options.arriving(request.headers)
  options.settle()
  const found = findRoute(options.routes, request.method ?? '', url.pathname)
  if (found === undefined) {
    send(options, response, errorAnswer(noSuchPath(url.pathname)))
    return
  }
  const { route, path } = found
  const point = { call: route.name, number: options.seen(route.name), path: url.pathname }
  // The controls and the machines' own side do not suffer what is done to the API.
  const faults = route.name.startsWith('_fake') || route.name.startsWith('vm.') ? undefined : options.faults()
  const before = await strike(faults, { ...point, when: 'before' }, response)
  if (before === 'ended') return
  if (before !== undefined) {
    send(options, response, errorAnswer(before))
    return
  }
  options.settle()
  const answer = await answerTo(options, route, { path, query: url.searchParams, text }, request)
  const after = await strike(faults, { ...point, when: 'after' }, response)
  if (after === 'ended') return
  send(options, response, after === undefined ? answer : errorAnswer(after))
}

/** What a fault makes of a call: nothing, another answer, or no answer. */
async function strike(
  faults: Faults | undefined,
  point: FaultPoint,
  response: ServerResponse,
): Promise<ApiError | 'ended' | undefined> {
  const fault: Fault | undefined = faults?.(point)
  if (fault === undefined) return undefined
  switch (fault.kind) {
    case 'delay':
      await pause(fault.milliseconds)
      return undefined
    case 'hang':
      return 'ended'
    case 'kill':
      process.kill(fault.pid, 'SIGKILL')
      response.destroy()
      return 'ended'
    case 'drop':
      response.destroy()
      return 'ended'
    default:
      return answerOf(fault, point)
  }
}

async function answerTo(
  options: ListeningOptions,
  route: Route,
  call: Call,
  request: IncomingMessage,
): Promise<Answer> {
  try {
    if (!route.open) checkKey(request.headers['x-auth-token'], options.secretKey)
    checkQuery(route, call.query)
    if (call.path['zone'] !== undefined && !fakeZones.some(zone => zone === call.path['zone'])) {
      throw invalidArgument('zone', `"${call.path['zone']}" is no zone`)
    }
    return await route.run(call)
  } catch (error) {
    if (error instanceof ApiError) return errorAnswer(error)
    throw error
  }
}

function checkKey(token: string | string[] | undefined, secretKey: string): void {
  if (token === undefined) throw deniedAuthentication('invalid_argument')
  if (token !== secretKey) throw deniedAuthentication('not_found')
}

function checkQuery(route: Route, query: URLSearchParams): void {
  for (const key of query.keys()) {
    if (route.query?.includes(key) !== true) throw invalidArgument(key, 'is not known', 'unknown')
  }
}

function findRoute(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    const path = route.method === method ? matchPath(route.path, pathname) : undefined
    if (path !== undefined) return { route, path }
  }
  return undefined
}

function errorAnswer(error: ApiError): Answer {
  return { status: error.status, json: error.body, headers: error.headers }
}

function send(options: ListeningOptions, response: ServerResponse, answer: Answer): void {
  const { status = 200, json, text, headers = {} } = answer
  response.statusCode = status
  response.setHeader('date', new Date(options.now()).toUTCString())
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (json !== undefined) {
    // Bare: the SDK reads nothing else as JSON.
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(json))
  } else if (text !== undefined) {
    response.setHeader('content-type', 'text/plain')
    response.end(text)
  } else {
    response.end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
