import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Clock, systemClock } from '../../core/index.ts'
import { ForgeError } from '../fake-forge/forge-error.ts'
import type { ForgeFault } from '../fake-forge/forge-faults.ts'
import { type ForgeRoute, forgeServer } from '../fake-forge/forge-server.ts'
import { pageOf } from '../fake-forge/page-of.ts'
import { readBody } from '../fake-forge/read-body.ts'
import type { Faults } from '../fake-scaleway/faults.ts'

export interface FakeGitLabOptions {
  readonly clock?: Clock
  /** Default 0: any that is free. */
  readonly port?: number
}

export interface FakeNote {
  readonly id: number
  readonly author: string
  body: string
}

/** A GitLab of our own with one project and one merge request, as far as publishers need one. */
export interface FakeGitLab extends AsyncDisposable {
  /** Of the API: it ends with "/api/v4". */
  readonly url: string
  readonly project: string
  readonly mergeRequest: number
  /** A project's access token with the scope "api". */
  readonly token: string
  /** One that may read alone. */
  readonly readingToken: string
  readonly calls: readonly string[]
  readonly notes: readonly Readonly<FakeNote>[]
  addNote(author: string, body: string): void
  setFaults(faults: Faults<ForgeFault> | undefined): void
}

interface Member {
  readonly username: string
  readonly mayWrite: boolean
}

const longest = 1_000_000
const body = z.strictObject({ body: z.string() })

export async function fakeGitLab(options: FakeGitLabOptions = {}): Promise<FakeGitLab> {
  const { clock = systemClock } = options
  const notes: FakeNote[] = []
  const ids = new Ids()
  const members = new Map<string, Member>()
  const calls: string[] = []
  let faults: Faults<ForgeFault> | undefined
  const addToken = (mayWrite: boolean): string => {
    const token = `glpat-${randomBytes(10).toString('hex')}`
    members.set(token, { username: 'project_41_bot_5e1f', mayWrite })
    return token
  }
  const server = await forgeServer<Member>({
    ...(options.port === undefined ? {} : { port: options.port }),
    routes: noteRoutes(notes, ids),
    authenticate: headers => {
      const member = members.get(String(headers['private-token'] ?? ''))
      if (member === undefined) throw new ForgeError(401, { message: '401 Unauthorized' })
      return member
    },
    now: () => clock.now(),
    faults: () => faults,
    seen: call => void calls.push(call),
  })
  return {
    url: `${server.url}/api/v4`,
    project: '41',
    mergeRequest: 7,
    token: addToken(true),
    readingToken: addToken(false),
    calls,
    notes,
    addNote: (author, text) => {
      notes.push({ id: ids.next(), author, body: text })
    },
    setFaults: wanted => {
      faults = wanted
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function noteRoutes(notes: FakeNote[], ids: Ids): readonly ForgeRoute<Member>[] {
  const all = '/api/v4/projects/{project}/merge_requests/{number}/notes'
  const one = `${all}/{id}`
  const checkPlace = ({ project, number }: Readonly<Record<string, string>>): void => {
    if (project !== '41' || number !== '7') throw new ForgeError(404, { message: '404 Not found' })
  }
  const find = (path: Readonly<Record<string, string>>): FakeNote => {
    checkPlace(path)
    const found = notes.find(({ id }) => String(id) === path['id'])
    if (found === undefined) throw new ForgeError(404, { message: '404 Not found' })
    return found
  }
  return [
    { name: 'getUser', method: 'GET', path: '/api/v4/user', run: ({ who }) => ({ json: { username: who.username } }) },
    {
      name: 'listNotes',
      method: 'GET',
      path: all,
      query: ['per_page', 'page', 'sort', 'order_by'],
      run: ({ path, query, url }) => {
        checkPlace(path)
        // The newest first, unless it is asked for otherwise.
        const sorted = query.get('sort') === 'asc' ? notes : notes.toReversed()
        const { shown, headers } = pageOf(url, sorted, 20)
        return { json: shown.map(jsonOf), headers }
      },
    },
    {
      name: 'createNote',
      method: 'POST',
      path: all,
      run: ({ who, path, body: given }) => {
        checkPlace(path)
        demand(who)
        const note = { id: ids.next(), author: who.username, body: checked(readBody(body, given).body) }
        notes.push(note)
        return { status: 201, json: jsonOf(note) }
      },
    },
    {
      name: 'updateNote',
      method: 'PUT',
      path: one,
      run: ({ who, path, body: given }) => {
        const note = find(path)
        demand(who)
        if (note.author !== who.username) throw new ForgeError(403, { message: '403 Forbidden' })
        note.body = checked(readBody(body, given).body)
        return { json: jsonOf(note) }
      },
    },
    {
      name: 'deleteNote',
      method: 'DELETE',
      path: one,
      run: ({ who, path }) => {
        const note = find(path)
        demand(who)
        notes.splice(notes.indexOf(note), 1)
        return { status: 204 }
      },
    },
  ]
}

/** Ids of notes that were taken away are not given again. */
class Ids {
  #last = 500

  next(): number {
    this.#last += 3
    return this.#last
  }
}

function demand({ mayWrite }: Member): void {
  if (!mayWrite) throw new ForgeError(403, { error: 'insufficient_scope', error_description: 'wanted the scope "api"' })
}

function checked(text: string): string {
  if (text.trim() === '') throw new ForgeError(400, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' })
  if ([...text].length <= longest) return text
  throw new ForgeError(400, {
    message: `400 Bad request - Note {:note=>["is too long (maximum is ${longest} characters)"]}`,
  })
}

function jsonOf({ id, author, body: text }: FakeNote): unknown {
  return { id, body: text, author: { username: author }, system: false }
}
