import { isJsonObject } from '../../core/index.ts'

export interface ForgeAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined where the text is none. */
  readonly json: unknown
}

/** Whether the same call may work a moment later. */
export function isTransient({ status }: ForgeAnswer): boolean {
  return status === 408 || status >= 500
}

/**
 * Milliseconds that the place asks to wait before the call is made again; undefined: it does not. Of a limit that it does not say more
 * about, a minute, as GitHub's documentation asks for.
 */
export function askedWait({ status, headers, json }: ForgeAnswer, now: number): number | undefined {
  if (status !== 429 && status !== 403) return undefined
  const after = Number(headers.get('retry-after') ?? Number.NaN)
  if (Number.isFinite(after) && after >= 0) return 1000 * after
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN)
  const remaining = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')
  if (remaining === '0' && Number.isFinite(reset)) return Math.max(1000, 1000 * reset - now)
  if (status === 429 || /secondary rate limit/i.test(messageOf(json) ?? '')) return 60_000
  return undefined
}

/**
 * The place's own words, short and on one line.
 *
 * @param clean takes out what nobody may see, before anything is cut
 */
export function reasonOf({ json, text }: ForgeAnswer, clean: (text: string) => string): string {
  const said = messageOf(json) ?? (text.trimStart().startsWith('<') ? '' : text)
  const details = isJsonObject(json) && Array.isArray(json['errors']) ? json['errors'].map(detailOf) : []
  const words = [said, ...details].filter(part => part !== '').join(': ')
  return clean(words).replace(/\s+/g, ' ').slice(0, 300)
}

function messageOf(json: unknown): string | undefined {
  if (!isJsonObject(json)) return undefined
  const message = json['message'] ?? json['error_description'] ?? json['error']
  if (typeof message === 'string') return message
  return message === undefined ? undefined : JSON.stringify(message)
}

function detailOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (!isJsonObject(error)) return ''
  return typeof error['message'] === 'string' ? error['message'] : String(error['code'] ?? '')
}
