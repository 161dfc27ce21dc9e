import { z } from 'zod'
import { ForgeError } from '../fake-forge/forge-error.ts'
import type { ForgeRoute } from '../fake-forge/forge-server.ts'
import { pageOf } from '../fake-forge/page-of.ts'
import { readBody } from '../fake-forge/read-body.ts'
import { type Caller, demand, type FakeCheck, notFound, type World } from './world.ts'

const long = z.string().max(65_535)
const output = z.strictObject({ title: z.string().min(1).max(255), summary: long, text: long.optional() })
const conclusion = z.enum(['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'])

const changed = z.strictObject({
  name: z.string().min(1).optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: conclusion.optional(),
  output: output.optional(),
})

const made = changed.extend({ name: z.string().min(1), head_sha: z.string().regex(/^[0-9a-f]{40}$/) })

/** Checks of commits, which apps alone may write. */
export function checkRoutes(world: World): readonly ForgeRoute<Caller>[] {
  return [
    {
      name: 'listChecks',
      method: 'GET',
      path: '/repos/{owner}/{repo}/commits/{ref}/check-runs',
      query: ['check_name', 'filter', 'status', 'per_page', 'page', 'app_id'],
      run: ({ who, path, query, url }) => {
        world.checkRepository(path)
        demand(who, 'checks', 'read')
        const name = query.get('check_name')
        const fit = world.checks.filter(check => check.head === path['ref'] && (name === null || check.name === name))
        const found = query.get('filter') === 'all' ? fit : latest(fit)
        const { shown, headers } = pageOf(url, found, 30)
        return { json: { total_count: found.length, check_runs: shown.map(check => jsonOf(world, check)) }, headers }
      },
    },
    {
      name: 'createCheck',
      method: 'POST',
      path: '/repos/{owner}/{repo}/check-runs',
      run: ({ who, path, body }) => {
        world.checkRepository(path)
        demandApp(who)
        const { name, head_sha: head, external_id: externalId = '', ...rest } = readBody(made, body)
        const check = { id: world.nextId(), name, head, externalId, conclusion: undefined, output: nothing }
        apply(check, rest)
        world.checks.push(check)
        return { status: 201, json: jsonOf(world, check) }
      },
    },
    {
      name: 'updateCheck',
      method: 'PATCH',
      path: '/repos/{owner}/{repo}/check-runs/{id}',
      run: ({ who, path, body }) => {
        world.checkRepository(path)
        const check = world.checks.find(({ id }) => String(id) === path['id'])
        if (check === undefined) throw notFound()
        demandApp(who)
        apply(check, readBody(changed, body))
        return { json: jsonOf(world, check) }
      },
    },
  ]
}

const nothing = { title: '', summary: '', text: '' }

function demandApp(who: Caller): void {
  if (!who.isApp) throw new ForgeError(403, { message: 'You must authenticate via a GitHub App.' })
  demand(who, 'checks', 'write')
}

function apply(check: FakeCheck, { status, conclusion, output, external_id: id }: z.infer<typeof changed>): void {
  if (status === 'completed' && conclusion === undefined)
    throw new ForgeError(422, { message: 'Invalid request.\n\nMissing required key "conclusion".' })
  check.conclusion = conclusion
  check.externalId = id ?? check.externalId
  if (output !== undefined) check.output = { ...output, text: output.text ?? '' }
}

function latest(checks: readonly FakeCheck[]): readonly FakeCheck[] {
  return [...new Map(checks.map(check => [check.name, check])).values()]
}

function jsonOf(world: World, { id, name, head, externalId, conclusion: end, output: shown }: FakeCheck): unknown {
  return {
    id,
    name,
    head_sha: head,
    external_id: externalId,
    html_url: `https://github.com/${world.repository}/runs/${id}`,
    status: end === undefined ? 'in_progress' : 'completed',
    conclusion: end ?? null,
    output: { title: shown.title, summary: shown.summary, text: shown.text === '' ? null : shown.text },
  }
}
