import { randomBytes } from 'node:crypto'
import { ForgeError } from '../fake-forge/forge-error.ts'

export type Permission = 'pull_requests' | 'checks'

/** Whose a token is. */
export interface Caller {
  /** An app's ends with "[bot]". */
  readonly login: string
  readonly isApp: boolean
  readonly may: Partial<Readonly<Record<Permission, 'read' | 'write'>>>
}

export interface FakeComment {
  readonly id: number
  readonly author: string
  body: string
}

export interface FakeCheck {
  readonly id: number
  readonly name: string
  readonly head: string
  conclusion: string | undefined
  externalId: string
  output: { readonly title: string; readonly summary: string; readonly text: string }
}

/** What there is in the repository. */
export class World {
  readonly repository: string
  readonly tokens: Map<string, Caller> = new Map()
  /** By the number of the pull request. */
  readonly comments: Map<number, FakeComment[]> = new Map()
  readonly checks: FakeCheck[] = []
  /** Conversations in which nobody but maintainers may write. */
  readonly locked: Set<number> = new Set()
  #ids = 1_000_000

  constructor(repository: string) {
    this.repository = repository
  }

  nextId(): number {
    this.#ids += 7
    return this.#ids
  }

  addToken(caller: Caller): string {
    const token = `${caller.isApp ? 'ghs' : 'ghp'}_${randomBytes(18).toString('hex')}`
    this.tokens.set(token, caller)
    return token
  }

  /** Of a pull request that there is. */
  conversation(path: Readonly<Record<string, string>>): FakeComment[] {
    this.checkRepository(path)
    const found = this.comments.get(Number(path['number']))
    if (found === undefined) throw notFound()
    return found
  }

  comment(path: Readonly<Record<string, string>>): { readonly pull: number; readonly comment: FakeComment } {
    this.checkRepository(path)
    for (const [pull, comments] of this.comments) {
      const comment = comments.find(({ id }) => String(id) === path['id'])
      if (comment !== undefined) return { pull, comment }
    }
    throw notFound()
  }

  checkRepository({ owner, repo }: Readonly<Record<string, string>>): void {
    if (`${owner}/${repo}` !== this.repository) throw notFound()
  }
}

export function notFound(): ForgeError {
  return new ForgeError(404, { message: 'Not Found', status: '404' })
}

/** A token without the right to do something. */
export function demand(caller: Caller, permission: Permission, wanted: 'read' | 'write'): void {
  const has = caller.may[permission]
  if (has === 'write' || (has === 'read' && wanted === 'read')) return
  if (has === undefined && wanted === 'read') throw notFound()
  const who = caller.isApp ? 'integration' : 'personal access token'
  throw new ForgeError(403, { message: `Resource not accessible by ${who}`, status: '403' })
}
