import type { z } from 'zod'
import { invalidArgument } from './api-error.ts'

/** One call as it came in. */
export interface Call {
  /** What stands in the path for each name of the pattern. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly text: string
}

export interface Answer {
  /** Default 200; 204 where there is nothing to say. */
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One call of the API. Query keys that it does not name are refused. */
export interface Route {
  /** The SDK's name of the call. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Such as "/instance/v1/zones/{zone}/servers". */
  readonly path: string
  readonly query?: readonly string[]
  /** Whether it may be called without a key. */
  readonly open?: boolean
  run(call: Call): Answer | Promise<Answer>
}

/** What the path says under the pattern's names; undefined when it is another path. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const found = path.split('/')
  if (wanted.length !== found.length) return undefined
  const named: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const value = found[i] ?? ''
    if (!part.startsWith('{')) {
      if (part !== value) return undefined
    } else if (value === '') return undefined
    else named[part.slice(1, -1)] = decodeURIComponent(value)
  }
  return named
}

/** The body as the schema reads it. @throws ApiError naming the field that is missing, wrong or unknown. */
export function readBody<T extends z.ZodType>(schema: T, call: Call): z.infer<T> {
  let body: unknown
  try {
    body = JSON.parse(call.text)
  } catch {
    throw invalidArgument('body', 'wanted JSON', 'format')
  }
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  throw invalidArgument(unknown ?? issue?.path.join('.') ?? 'body', issue?.message ?? 'is wrong', 'format')
}

/** One page of a list, with what the headers and the body say about the whole. */
export function pageOf<T>(call: Call, key: string, items: readonly T[], size: 'per_page' | 'page_size'): Answer {
  const perPage = positive(call.query.get(size), 50, 100)
  const page = positive(call.query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const shown = items.slice((page - 1) * perPage, page * perPage)
  // The older of the two ways of counting stands in a header alone.
  const total = size === 'page_size' ? { total_count: items.length } : {}
  return { json: { [key]: shown, ...total }, headers: { 'x-total-count': String(items.length) } }
}

function positive(text: string | null, usual: number, most: number): number {
  if (text === null) return usual
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw invalidArgument('page', `"${text}" is no number of a page`, 'format')
  return Math.min(most, Number(text))
}

/** What a list is narrowed down to: "tags" all of them exactly, "name" by its beginning. */
export function filtered<T extends { readonly name?: string; readonly tags: readonly string[] }>(
  call: Call,
  items: readonly T[],
): readonly T[] {
  const tags = call.query.getAll('tags').flatMap(text => text.split(','))
  const name = call.query.get('name')
  return items.filter(
    item => tags.every(tag => item.tags.includes(tag)) && (name === null || (item.name ?? '').startsWith(name)),
  )
}

export function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
