import {
  type Clock,
  isJsonObject,
  Misuse,
  Problem,
  type Random,
  retry,
  systemClock,
  throwIfAborted,
} from '../../core/index.ts'
import { askedWait, type ForgeAnswer, isTransient, reasonOf } from './forge-answer.ts'

export interface ForgeOptions {
  /** What people call it: "GitHub". */
  readonly name: string
  /** Without a slash at its end. */
  readonly apiURL: string
  readonly token: string
  /** The header that the token goes into, and how. */
  sign(token: string): Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Draws the pauses between attempts. */
  readonly random: Random
  readonly fetch?: typeof fetch
  /** Milliseconds until an answer is given up. Default 30,000. */
  readonly timeout?: number
  /** Milliseconds that a call waits at most where the place asks to wait. Default 300,000. */
  readonly patience?: number
}

export interface ForgeCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** From the API's own address. */
  readonly path: string
  readonly body?: unknown
  /** Whether doing it twice is doing it once. Default: of all but POST. */
  readonly repeatable?: boolean
  /** What it is for, in a sentence about failing: "list the comments of acme/films#7". */
  readonly action: string
  readonly signal: AbortSignal | undefined
}

/** A call that may have been carried out, or not: the connection broke, or the server failed. Look before calling again. */
export class Unsure extends Problem {
  override readonly name: string = 'Unsure'
}

/** The place says that something is not there. */
export class Missing extends Problem {
  override readonly name: string = 'Missing'
}

/**
 * Calls of a forge's API. What changes nothing by being done twice is tried again; a POST is not, unless it was refused for coming too soon.
 * The token is in no error: it is the language's own private, and cut out of what the place answers.
 */
export class ForgeClient {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly #options: ForgeOptions
  readonly #token: string

  constructor(options: ForgeOptions) {
    this.name = options.name
    this.clock = options.clock ?? systemClock
    this.random = options.random
    this.#token = options.token
    this.#options = options
    checkAddress(options)
  }

  /** @returns the answer's JSON; undefined where it has none */
  async call(call: ForgeCall): Promise<unknown> {
    return (await this.#ask(call, `${this.#options.apiURL}${call.path}`)).json
  }

  /** All pages of a list, however many there are. */
  async all(call: Omit<ForgeCall, 'method'>): Promise<readonly unknown[]> {
    const items: unknown[] = []
    const start = `${this.#options.apiURL}${call.path}`
    const seen = new Set<string>()
    for (let url: string | undefined = start; url !== undefined; ) {
      if (seen.has(url)) throw this.#problem(call.action, 'the same page twice')
      seen.add(url)
      const answer: ForgeAnswer = await this.#ask({ ...call, method: 'GET' }, url)
      const page = isJsonObject(answer.json) ? Object.values(answer.json).find(Array.isArray) : answer.json
      if (!Array.isArray(page)) throw this.#problem(call.action, 'its answer is no list')
      items.push(...page)
      url = this.#nextPage(answer.headers.get('link'), start, call.action)
    }
    return items
  }

  async #ask(call: ForgeCall, url: string): Promise<ForgeAnswer> {
    const { signal } = call
    let waited = 0
    for (;;) {
      const answer = isRepeatable(call) ? await this.#tried(call, url) : await this.#once(call, url)
      if (answer.status >= 200 && answer.status < 300) return answer
      const wait = askedWait(answer, this.clock.now())
      if (wait === undefined || waited + wait > (this.#options.patience ?? 300_000)) throw this.#refused(call, answer)
      waited += wait
      await this.clock.sleep(wait, signal)
    }
  }

  /** Tries again what a moment later may work. */
  async #tried(call: ForgeCall, url: string): Promise<ForgeAnswer> {
    const { signal } = call
    return await retry(() => this.#once(call, url), {
      attempts: 5,
      pause: 500,
      clock: this.clock,
      random: this.random,
      retriable: error => error instanceof Unsure,
      ...(signal === undefined ? {} : { signal }),
    })
  }

  async #once({ method, body, action, signal }: ForgeCall, url: string): Promise<ForgeAnswer> {
    throwIfAborted(signal)
    const timeout = AbortSignal.timeout(this.#options.timeout ?? 30_000)
    try {
      const response = await (this.#options.fetch ?? fetch)(url, {
        method,
        headers: {
          'user-agent': 'chestnut',
          ...this.#options.headers,
          ...this.#options.sign(this.#token),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Followed, the token might go elsewhere.
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      const text = await response.text()
      const answer = { status: response.status, headers: response.headers, text, json: jsonOf(text) }
      if (isTransient(answer)) throw this.#unsure(action, this.#reason(answer))
      return answer
    } catch (error) {
      throwIfAborted(signal)
      if (error instanceof Problem) throw error
      throw this.#unsure(action, timeout.aborted ? 'no answer came in time' : networkReason(error))
    }
  }

  #refused({ action }: ForgeCall, answer: ForgeAnswer): Problem {
    const reason = this.#reason(answer)
    if (answer.status === 404)
      return new Missing(`Cannot ${action}: ${this.name} answers ${reason}`, next(answer.status))
    return this.#problem(action, reason, next(answer.status))
  }

  #problem(action: string, reason: string, options: { readonly next?: string } = {}): Problem {
    return new Problem(`Cannot ${action}: ${this.name} answers ${reason}`, options)
  }

  #unsure(action: string, reason: string): Unsure {
    return new Unsure(`Cannot ${action}: ${this.name} failed (${reason})`, { next: 'run the same command again' })
  }

  /** The address of the page after this one, which must be of the same place: the token goes there. */
  #nextPage(link: string | null, start: string, action: string): string | undefined {
    const [, next] = /<([^>]+)>\s*;\s*rel="next"/.exec(link ?? '') ?? []
    if (next === undefined) return undefined
    const url = URL.canParse(next, start) ? new URL(next, start) : undefined
    if (url?.origin !== new URL(start).origin) throw this.#problem(action, 'its next page is somewhere else')
    return url.href
  }

  #reason(answer: ForgeAnswer): string {
    return `${answer.status} ${reasonOf(answer, text => text.replaceAll(this.#token, '…'))}`
  }
}

function isRepeatable({ method, repeatable }: ForgeCall): boolean {
  return repeatable ?? method !== 'POST'
}

function next(status: number): { readonly next?: string } {
  switch (status) {
    case 401:
      return { next: 'set a token that is valid; chestnut ci secrets lists which' }
    case 403:
      return { next: 'give the token the right to write: docs/ci.md says which' }
    case 404:
      return { next: 'look whether the token may see the project, and whether the number is right' }
    default:
      return {}
  }
}

function checkAddress({ name, apiURL, token }: ForgeOptions): void {
  if (token === '') throw new Misuse(`Cannot publish at ${name}: there is no token`, { next: 'chestnut ci secrets' })
  // A line break would end the header, and a space is what a file or a screen added.
  if (/[^\x21-\x7e]/.test(token)) {
    throw new Misuse(`Cannot publish at ${name}: the token has a space, a line break or a letter that no token has`)
  }
  if (!maySeeTokens(apiURL)) {
    throw new Misuse(
      `Cannot publish at ${name}: "${apiURL}" is no address that a token may be sent to, wanted https://…`,
    )
  }
}

/** Nobody on the way reads along: TLS, or this very computer. */
function maySeeTokens(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined // a proxy's page: its status says what is the matter
  }
}

/** The system's own code, without what undici adds. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'the connection broke'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : 'the connection broke'
}
