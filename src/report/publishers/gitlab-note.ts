import { Misuse, random } from '../../core/index.ts'
import type { Publisher } from '../publisher.ts'
import { fieldsOf } from './fields.ts'
import { ForgeClient } from './forge-client.ts'
import type { Environment } from './github-place.ts'
import type { PublisherTools } from './publisher-tools.ts'
import { type Note, type Notes, stickyNote } from './sticky-note.ts'

/** Where a pipeline of GitLab runs, and what it is about. */
export interface GitLabPlace {
  readonly apiURL: string
  readonly project: string
  /** Of the project's pages. */
  readonly webURL: string
  readonly mergeRequest: number
}

/** Reads what GitLab tells a pipeline. @throws Misuse outside of one, and where it belongs to no merge request */
export function gitLabPlace(environment: Environment): GitLabPlace {
  const apiURL = environment['CI_API_V4_URL'] ?? ''
  const project = environment['CI_PROJECT_ID'] ?? ''
  const number = environment['CI_MERGE_REQUEST_IID'] ?? ''
  if (apiURL === '' || !/^\d+$/.test(project))
    throw new Misuse('Cannot publish at GitLab: "CI_API_V4_URL" and "CI_PROJECT_ID" are not set as a pipeline has them')
  if (!/^[1-9][0-9]*$/.test(number)) {
    throw new Misuse('Cannot publish at GitLab: this pipeline belongs to no merge request', {
      next: 'run it with "if: $CI_PIPELINE_SOURCE == \'merge_request_event\'"',
    })
  }
  const webURL = environment['CI_MERGE_REQUEST_PROJECT_URL'] || environment['CI_PROJECT_URL'] || ''
  return { apiURL: apiURL.replace(/\/+$/, ''), project, webURL, mergeRequest: Number(number) }
}

export interface GitLabOptions extends PublisherTools {
  readonly place: GitLabPlace
  /** A project access token with the scope `api`: a job's own token may not write notes. */
  readonly token: string
}

/** GitLab takes a million. */
const most = 999_999

/** One note in a merge request. */
export function gitLabNote({ place, token, ...tools }: GitLabOptions): Publisher {
  const { apiURL, project, webURL, mergeRequest } = place
  const client = new ForgeClient({
    random: random(Date.now(), 'gitlab'),
    ...tools,
    name: 'GitLab',
    apiURL,
    token,
    sign: secret => ({ 'private-token': secret }),
  })
  const path = `/projects/${project}/merge_requests/${mergeRequest}/notes`
  const where = `!${mergeRequest}`
  let me: string | undefined
  const notes: Notes = {
    most,
    clock: client.clock,
    me: async signal => {
      me ??= fieldsOf(
        await client.call({ method: 'GET', path: '/user', action: 'learn whose token this is', signal }),
        'GitLab',
      ).text('username')
      return me
    },
    list: async signal => {
      const query = 'sort=asc&order_by=created_at&per_page=100'
      const found = await client.all({ path: `${path}?${query}`, action: `list the notes of ${where}`, signal })
      return found.map(noteOf)
    },
    create: async (body, signal) =>
      noteOf(await client.call({ method: 'POST', path, body: { body }, action: `write a note in ${where}`, signal })),
    update: async (id, body, signal) => {
      const action = `change the note in ${where}`
      return noteOf(await client.call({ method: 'PUT', path: `${path}/${id}`, body: { body }, action, signal }))
    },
    remove: async (id, signal) => {
      const action = `take a second note in ${where} away`
      await client.call({ method: 'DELETE', path: `${path}/${id}`, action, signal })
    },
  }
  return { name: 'gitlab', publish: (posted, call = {}) => stickyNote(notes, posted, call.signal) }

  function noteOf(value: unknown): Note {
    const fields = fieldsOf(value, 'GitLab')
    const id = fields.number('id')
    return {
      id,
      body: fields.text('body'),
      author: fields.object('author').text('username'),
      url: `${webURL}/-/merge_requests/${mergeRequest}#note_${id}`,
    }
  }
}
