import {
  type Clock,
  isJsonObject,
  type JsonObject,
  Problem,
  type Random,
  retry,
  throwIfAborted,
} from '../core/index.ts'

/** Who we are to the server; nobody where it asks for no name. */
export interface Credentials {
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export interface RestOptions {
  /** Address of the server: `http://127.0.0.1:5000`. */
  readonly uri: string
  readonly credentials: Credentials
  readonly clock: Clock
  /** Draws the pauses between attempts. */
  readonly random: Random
  readonly fetch: typeof fetch
  readonly signal?: AbortSignal | undefined
}

/** What MLflow answers where it says no, such as RESOURCE_ALREADY_EXISTS. */
export class MlflowRefusal extends Problem {
  override readonly name: string = 'MlflowRefusal'
  readonly code: string

  constructor(message: string, code: string, next: string | undefined) {
    super(message, next === undefined ? {} : { next })
    this.code = code
  }
}

/** MLflow's REST interface. */
export interface MlflowRest {
  get(path: string, query: Readonly<Record<string, string>>): Promise<JsonObject>
  post(path: string, body: object): Promise<JsonObject>
  /** Puts an artifact below the root of the server's artifacts. */
  put(path: string, bytes: Uint8Array): Promise<void>
}

/** Milliseconds that the server may take for an answer, and for a file. */
const patience = { answer: 15_000, file: 10 * 60_000 } as const

/** The server was not there, or asked to come back later. */
class Unheard extends Error {}

export function mlflowRest(options: RestOptions): MlflowRest {
  const root = options.uri.replace(/\/+$/, '')
  const headers = authorization(options.credentials)
  const call = async (path: string, init: RequestInit, within: number = patience.answer): Promise<JsonObject> => {
    const { clock, random, signal } = options
    try {
      return await retry(
        () => once(options, `${root}${path}`, { ...init, headers: { ...headers, ...init.headers } }, within),
        {
          attempts: 3,
          clock,
          random,
          ...(signal && { signal }),
        },
      )
    } catch (cause) {
      throwIfAborted(signal)
      if (!(cause instanceof Unheard)) throw cause
      throw new Problem(`Cannot send to MLflow at "${root}": ${cause.message}`, {
        cause,
        next: 'start it, or correct "tracking.uri" in chestnut.config.ts',
      })
    }
  }
  return {
    get: (path, query) => call(`/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`, { method: 'GET' }),
    post: (path, body) => {
      const json = { 'content-type': 'application/json' }
      return call(`/api/2.0/mlflow/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
    },
    put: async (path, bytes) => {
      const place = path.split('/').map(encodeURIComponent).join('/')
      const init = {
        method: 'PUT',
        body: bytes as NonNullable<RequestInit['body']>,
        headers: { 'content-type': 'application/octet-stream' },
      }
      await call(`/api/2.0/mlflow-artifacts/artifacts/${place}`, init, patience.file)
    },
  }
}

function authorization({ token, username, password }: Credentials): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (username === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }
}

async function once(
  { fetch, signal }: RestOptions,
  url: string,
  init: RequestInit,
  within: number,
): Promise<JsonObject> {
  const timeout = AbortSignal.timeout(within)
  const { status, text } = await answerOf(fetch, url, {
    ...init,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  })
  if (status === 429 || status >= 500) throw new Unheard(`it answered ${status}`)
  const body = parsed(text)
  if (status < 300) return body ?? {}
  const code = typeof body?.['error_code'] === 'string' ? body['error_code'] : ''
  const said = typeof body?.['message'] === 'string' ? `: ${body['message'].slice(0, 300)}` : ''
  throw new MlflowRefusal(
    `Cannot send to MLflow at "${new URL(url).origin}": it answered ${status} ${code}${said}`,
    code,
    status === 401 || status === 403
      ? 'set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD'
      : undefined,
  )
}

async function answerOf(send: typeof fetch, url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const answer = await send(url, { ...init, redirect: 'error' })
    return { status: answer.status, text: await answer.text() }
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'TimeoutError')
      throw new Unheard('it does not answer', { cause })
    if (cause instanceof TypeError) throw new Unheard(`it is not there (${reasonOf(cause)})`, { cause })
    throw cause
  }
}

/** What the system said, such as ECONNREFUSED. */
function reasonOf({ cause }: TypeError): string {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : 'no connection'
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // a proxy in front of it answers in HTML: the status says enough
  }
}
