import type { IncomingHttpHeaders } from 'node:http'
import { type Clock, systemClock } from '../../core/index.ts'
import { ForgeError } from '../fake-forge/forge-error.ts'
import type { ForgeFault } from '../fake-forge/forge-faults.ts'
import { type ForgeRoute, forgeServer } from '../fake-forge/forge-server.ts'
import type { Faults } from '../fake-scaleway/faults.ts'
import { checkRoutes } from './check-routes.ts'
import { commentRoutes } from './comment-routes.ts'
import { type Caller, type FakeCheck, type FakeComment, World } from './world.ts'

export interface FakeGitHubOptions {
  /** Default "acme/films". */
  readonly repository?: string
  /** Numbers of the pull requests that there are. Default 7. */
  readonly pullRequests?: readonly number[]
  readonly clock?: Clock
  /** Default 0: any that is free. */
  readonly port?: number
  readonly faults?: Faults<ForgeFault>
}

/** A GitHub of our own, as far as publishers need one: comments and checks, with its pages, limits, rights and refusals. */
export interface FakeGitHub extends AsyncDisposable {
  readonly url: string
  readonly repository: string
  /** As a workflow has it whose job may write pull requests and checks. */
  readonly token: string
  /** A further token. @returns it */
  addToken(caller: Caller): string
  /** The calls so far, by their names. */
  readonly calls: readonly string[]
  comments(pull: number): readonly Readonly<FakeComment>[]
  /** Somebody writes, past the API. */
  addComment(pull: number, author: string, body: string): void
  readonly checks: readonly Readonly<FakeCheck>[]
  /** Nobody may write in a conversation any more. */
  lock(pull: number): void
  setFaults(faults: Faults<ForgeFault> | undefined): void
}

/** Who a workflow's own token is. */
export const workflowBot = 'github-actions[bot]'

export async function fakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const { repository = 'acme/films', pullRequests = [7], clock = systemClock } = options
  const world = new World(repository)
  for (const pull of pullRequests) world.comments.set(pull, [])
  const token = world.addToken({ login: workflowBot, isApp: true, may: { pull_requests: 'write', checks: 'write' } })
  const calls: string[] = []
  let { faults } = options
  const server = await forgeServer<Caller>({
    ...(options.port === undefined ? {} : { port: options.port }),
    routes: [...commentRoutes(world), ...checkRoutes(world), ...userRoutes],
    authenticate: headers => authenticate(world, headers),
    now: () => clock.now(),
    faults: () => faults,
    seen: call => void calls.push(call),
  })
  return {
    url: server.url,
    repository,
    token,
    addToken: caller => world.addToken(caller),
    calls,
    comments: pull => world.comments.get(pull) ?? [],
    addComment: (pull, author, body) => {
      world.comments.get(pull)!.push({ id: world.nextId(), author, body })
    },
    checks: world.checks,
    lock: pull => {
      world.locked.add(pull)
    },
    setFaults: wanted => {
      faults = wanted
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const userRoutes: readonly ForgeRoute<Caller>[] = [
  {
    name: 'getUser',
    method: 'GET',
    path: '/user',
    run: ({ who }) => {
      if (who.isApp) throw new ForgeError(403, { message: 'Resource not accessible by integration' })
      return { json: { login: who.login, type: 'User' } }
    },
  },
  {
    name: 'graphql',
    method: 'POST',
    path: '/graphql',
    run: ({ who, body }) => {
      const { query } = body as { readonly query?: string }
      if (query?.replace(/\s+/g, ' ').trim() === '{ viewer { login } }')
        return { json: { data: { viewer: { login: who.login } } } }
      return { json: { errors: [{ message: 'This fake knows "{ viewer { login } }" alone' }] } }
    },
  },
]

function authenticate(world: World, headers: IncomingHttpHeaders): Caller {
  if ((headers['user-agent'] ?? '') === '')
    throw new ForgeError(403, {
      message: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
    })
  if (!['2022-11-28', undefined].includes(headers['x-github-api-version'] as string | undefined))
    throw new ForgeError(400, { message: `The API version "${headers['x-github-api-version']}" is not supported` })
  const [, token = ''] = /^(?:Bearer|token) (\S+)$/.exec(headers.authorization ?? '') ?? []
  const caller = world.tokens.get(token)
  if (caller === undefined) throw new ForgeError(401, { message: 'Bad credentials', status: '401' })
  return caller
}
