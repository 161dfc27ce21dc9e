import { STATUS_CODES } from 'node:http'

/** An answer that is not the wanted one: a status, and a sentence for the person who asked. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** @param sentence never holds a file name, content or anything of the server's inside */
  constructor(status: number, sentence: string, options: { headers?: Record<string, string>; cause?: unknown } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.headers = options.headers ?? {}
  }
}

/** The problem as `application/problem+json` (RFC 9457), with the sentence as `error`. */
export function problemResponse(problem: HttpProblem, requestId: string): Response {
  const { status, message } = problem
  return new Response(JSON.stringify({ error: message, requestId, status, title: STATUS_CODES[status] ?? 'Problem' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
  })
}
