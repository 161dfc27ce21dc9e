import { Misuse } from '../../core/index.ts'
import type { Publisher } from '../publisher.ts'
import { fieldsOf } from './fields.ts'
import type { ForgeClient } from './forge-client.ts'
import { type GitHubOptions, gitHubClient } from './github-client.ts'
import { type Note, type Notes, stickyNote } from './sticky-note.ts'

/** GitHub refuses 65,537. */
const most = 65_535

/** One comment in a pull request. Its token needs `pull-requests: write`. @throws Misuse where there is no pull request */
export function gitHubComment(options: GitHubOptions): Publisher {
  const { pullRequest, repository, graphqlURL } = options.place
  if (pullRequest === undefined) {
    throw new Misuse('Cannot comment at GitHub: this run belongs to no pull request', {
      next: 'set CHESTNUT_PULL_REQUEST to its number',
    })
  }
  const client = gitHubClient(options)
  const viewer = new ViewerOf({ ...options, place: { ...options.place, apiURL: graphqlURL } })
  const where = `${repository}#${pullRequest}`
  const comments = `/repos/${repository}/issues`
  const notes: Notes = {
    most,
    clock: client.clock,
    me: signal => viewer.login(signal),
    list: async signal => {
      const path = `${comments}/${pullRequest}/comments?per_page=100`
      return (await client.all({ path, action: `list the comments of ${where}`, signal })).map(noteOf)
    },
    create: async (body, signal) => {
      const path = `${comments}/${pullRequest}/comments`
      return noteOf(await client.call({ method: 'POST', path, body: { body }, action: `comment on ${where}`, signal }))
    },
    update: async (id, body, signal) => {
      const path = `${comments}/comments/${id}`
      const action = `change the comment on ${where}`
      return noteOf(await client.call({ method: 'PATCH', path, body: { body }, action, signal }))
    },
    remove: async (id, signal) => {
      const action = `take a second comment on ${where} away`
      await client.call({ method: 'DELETE', path: `${comments}/comments/${id}`, action, signal })
    },
  }
  return { name: 'github', publish: (posted, call = {}) => stickyNote(notes, posted, call.signal) }
}

/** Who the token is. An app, as which workflows come, may not ask for "/user": GraphQL tells everybody. */
class ViewerOf {
  readonly #client: ForgeClient
  #login: string | undefined

  constructor(options: GitHubOptions) {
    this.#client = gitHubClient(options)
  }

  async login(signal: AbortSignal | undefined): Promise<string> {
    this.#login ??= await this.#ask(signal)
    return this.#login
  }

  async #ask(signal: AbortSignal | undefined): Promise<string> {
    const answer = await this.#client.call({
      method: 'POST',
      path: '',
      body: { query: '{ viewer { login } }' },
      repeatable: true,
      action: 'learn whose token this is',
      signal,
    })
    return fieldsOf(answer, 'GitHub').object('data').object('viewer').text('login')
  }
}

function noteOf(value: unknown): Note {
  const fields = fieldsOf(value, 'GitHub')
  return {
    id: fields.number('id'),
    body: fields.optionalText('body') ?? '',
    // Whoever has left GitHub is nobody.
    author: fields.object('user').optionalText('login') ?? '',
    url: fields.text('html_url'),
  }
}
