import { z } from 'zod'
import { invalidArgument, notFound } from './api-error.ts'
import { type Call, date, filtered, pageOf, type Route, readBody } from './route.ts'
import type { World } from './world.ts'

export interface FakeSecret {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly created: number
  readonly tags: readonly string[]
  /** What each version holds, from revision 1 on. */
  readonly versions: string[]
}

const createBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,255}$/),
  project_id: z.string(),
  tags: z.array(z.string()).optional(),
  description: z.string().optional(),
  protected: z.boolean(),
  type: z.enum(['unknown_type', 'opaque']).optional(),
})
const versionBody = z.strictObject({
  data: z.base64(),
  description: z.string().optional(),
  disable_previous: z.boolean().optional(),
})

const base = '/secret-manager/v1beta1/regions/{region}/secrets'

/** The Secret Manager, as far as a job's keys need it. What a version holds is not told again. */
export function secretRoutes(world: World, secrets: Map<string, FakeSecret>): readonly Route[] {
  return [
    {
      name: 'secret.listSecrets',
      method: 'GET',
      path: base,
      query: [
        'page',
        'page_size',
        'name',
        'tags',
        'project_id',
        'organization_id',
        'scheduled_for_deletion',
        'path',
        'type',
      ],
      run: call => {
        const inRegion = [...secrets.values()].filter(secret => secret.region === call.path['region'])
        return pageOf(
          call,
          'secrets',
          filtered(call, inRegion).map(one => secretJson(world, one)),
          'page_size',
        )
      },
    },
    {
      name: 'secret.createSecret',
      method: 'POST',
      path: base,
      run: call => {
        const body = readBody(createBody, call)
        if (body.project_id !== world.project) throw invalidArgument('project_id', 'no such project')
        if ([...secrets.values()].some(one => one.name === body.name)) throw invalidArgument('name', 'is taken already')
        const secret: FakeSecret = {
          id: world.newId(),
          name: body.name,
          region: call.path['region'] ?? '',
          created: world.time,
          tags: body.tags ?? [],
          versions: [],
        }
        secrets.set(secret.id, secret)
        return { json: secretJson(world, secret) }
      },
    },
    {
      name: 'secret.deleteSecret',
      method: 'DELETE',
      path: `${base}/{secret}`,
      run: call => {
        secrets.delete(secretOf(secrets, call).id)
        return { status: 204 }
      },
    },
    {
      name: 'secret.createSecretVersion',
      method: 'POST',
      path: `${base}/{secret}/versions`,
      run: call => {
        const secret = secretOf(secrets, call)
        secret.versions.push(Buffer.from(readBody(versionBody, call).data, 'base64').toString('utf8'))
        const revision = secret.versions.length
        return { json: { revision, secret_id: secret.id, status: 'enabled', latest: true, region: secret.region } }
      },
    },
  ]
}

function secretOf(secrets: ReadonlyMap<string, FakeSecret>, call: Call): FakeSecret {
  const id = call.path['secret'] ?? ''
  const secret = secrets.get(id)
  if (secret === undefined || secret.region !== call.path['region']) throw notFound('secret', id)
  return secret
}

function secretJson(world: World, secret: FakeSecret): Readonly<Record<string, unknown>> {
  return {
    id: secret.id,
    name: secret.name,
    project_id: world.project,
    status: 'ready',
    created_at: date(secret.created),
    updated_at: date(secret.created),
    tags: secret.tags,
    version_count: secret.versions.length,
    description: '',
    managed: false,
    protected: false,
    type: 'opaque',
    path: '/',
    used_by: [],
    region: secret.region,
  }
}
