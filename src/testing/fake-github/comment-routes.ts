import { z } from 'zod'
import { ForgeError } from '../fake-forge/forge-error.ts'
import type { ForgeRoute } from '../fake-forge/forge-server.ts'
import { pageOf } from '../fake-forge/page-of.ts'
import { readBody } from '../fake-forge/read-body.ts'
import { type Caller, demand, type FakeComment, type World } from './world.ts'

const longest = 65_536

const body = z.strictObject({ body: z.string() })

/** Comments of pull requests, which are issues to this part of the API. */
export function commentRoutes(world: World): readonly ForgeRoute<Caller>[] {
  const one = '/repos/{owner}/{repo}/issues/comments/{id}'
  const all = '/repos/{owner}/{repo}/issues/{number}/comments'
  return [
    {
      name: 'listComments',
      method: 'GET',
      path: all,
      query: ['per_page', 'page', 'since'],
      run: ({ who, path, url }) => {
        demand(who, 'pull_requests', 'read')
        const { shown, headers } = pageOf(url, world.conversation(path), 30)
        return { json: shown.map(comment => jsonOf(world, Number(path['number']), comment)), headers }
      },
    },
    {
      name: 'createComment',
      method: 'POST',
      path: all,
      run: ({ who, path, body: given }) => {
        const comments = world.conversation(path)
        const pull = Number(path['number'])
        demand(who, 'pull_requests', 'write')
        if (world.locked.has(pull))
          throw new ForgeError(403, { message: 'Unable to create comment because issue is locked.' })
        const comment = { id: world.nextId(), author: who.login, body: checked(readBody(body, given).body) }
        comments.push(comment)
        return { status: 201, json: jsonOf(world, pull, comment) }
      },
    },
    {
      name: 'updateComment',
      method: 'PATCH',
      path: one,
      run: ({ who, path, body: given }) => {
        const { pull, comment } = world.comment(path)
        demand(who, 'pull_requests', 'write')
        comment.body = checked(readBody(body, given).body)
        return { json: jsonOf(world, pull, comment) }
      },
    },
    {
      name: 'deleteComment',
      method: 'DELETE',
      path: one,
      run: ({ who, path }) => {
        const { pull, comment } = world.comment(path)
        demand(who, 'pull_requests', 'write')
        const comments = world.comments.get(pull)!
        comments.splice(comments.indexOf(comment), 1)
        return { status: 204 }
      },
    },
  ]
}

function checked(text: string): string {
  const problem =
    [...text].length > longest ? `Body is too long (maximum is ${longest} characters)` : "Body can't be blank"
  if ([...text].length <= longest && text.trim() !== '') return text
  throw new ForgeError(422, {
    message: 'Validation Failed',
    errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: problem }],
  })
}

function jsonOf(world: World, pull: number, { id, author, body: text }: FakeComment): unknown {
  return {
    id,
    html_url: `https://github.com/${world.repository}/pull/${pull}#issuecomment-${id}`,
    body: text,
    user: { login: author, type: author.endsWith('[bot]') ? 'Bot' : 'User' },
  }
}
