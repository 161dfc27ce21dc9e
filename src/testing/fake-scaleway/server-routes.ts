import { z } from 'zod'
import { notFound } from './api-error.ts'
import { createServer, readNewServer } from './create-server.ts'
import { type Action, allowedActions, type Lifecycle } from './lifecycle.ts'
import { type Answer, type Call, date, filtered, pageOf, type Route, readBody } from './route.ts'
import { serverJson } from './server-json.ts'
import type { FakeServer, World } from './world.ts'

const updateBody = z.strictObject({
  name: z.string().min(1).optional(),
  tags: z.array(z.string().min(1)).optional(),
  protected: z.boolean().optional(),
  dynamic_ip_required: z.boolean().optional(),
})

const actionBody = z.strictObject({
  action: z.enum(['poweron', 'poweroff', 'stop_in_place', 'reboot', 'terminate', 'backup']),
})

const servers = '/instance/v1/zones/{zone}/servers'

/** The calls about servers. */
export function serverRoutes(world: World, lifecycle: Lifecycle): readonly Route[] {
  const shown = (server: FakeServer): Answer => ({ json: { server: serverJson(world, server) } })
  return [
    { name: 'listServers', method: 'GET', path: servers, query: listKeys, run: call => list(world, call) },
    {
      name: 'createServer',
      method: 'POST',
      path: servers,
      run: call => {
        const server = createServer(world, lifecycle, call.path['zone'] ?? '', readNewServer(call))
        return { ...shown(server), status: 201, headers: { location: `/servers/${server.id}` } }
      },
    },
    { name: 'getServer', method: 'GET', path: `${servers}/{server}`, run: call => shown(serverOf(world, call)) },
    {
      name: 'updateServer',
      method: 'PATCH',
      path: `${servers}/{server}`,
      run: call => {
        const server = serverOf(world, call)
        update(server, readBody(updateBody, call))
        return shown(server)
      },
    },
    {
      name: 'deleteServer',
      method: 'DELETE',
      path: `${servers}/{server}`,
      run: call => {
        lifecycle.delete(serverOf(world, call))
        return { status: 204 }
      },
    },
    {
      name: 'listServerActions',
      method: 'GET',
      path: `${servers}/{server}/action`,
      run: call => ({ json: { actions: allowedActions(serverOf(world, call)) } }),
    },
    {
      name: 'serverAction',
      method: 'POST',
      path: `${servers}/{server}/action`,
      run: call => act(world, lifecycle, call),
    },
  ]
}

const listKeys = ['page', 'per_page', 'name', 'tags', 'state', 'project', 'organization', 'commercial_type', 'order']

export function serverOf(world: World, call: Call): FakeServer {
  const id = call.path['server'] ?? ''
  const server = world.servers.get(id)
  if (server === undefined || server.zone !== call.path['zone']) throw notFound('instance_server', id)
  return server
}

function list(world: World, call: Call): Answer {
  const { query } = call
  const fits = (key: string, value: string): boolean => query.get(key) === null || query.get(key) === value
  const found = [...world.servers.values()].filter(
    server =>
      server.zone === call.path['zone'] &&
      fits('state', server.state) &&
      fits('project', server.project) &&
      fits('commercial_type', server.type.name),
  )
  const inOrder = query.get('order') === 'creation_date_asc' ? found : [...found].reverse()
  const shown = filtered(call, inOrder).map(server => serverJson(world, server))
  return pageOf(call, 'servers', shown, 'per_page')
}

function update(server: FakeServer, body: z.infer<typeof updateBody>): void {
  if (body.name !== undefined) server.name = body.name
  if (body.tags !== undefined) server.tags = body.tags
  if (body.protected !== undefined) server.protected = body.protected
  if (body.dynamic_ip_required !== undefined) server.dynamicIp = body.dynamic_ip_required
}

function act(world: World, lifecycle: Lifecycle, call: Call): Answer {
  const server = serverOf(world, call)
  const action: Action = readBody(actionBody, call).action
  lifecycle.act(server, action)
  const task = {
    id: world.newId(),
    description: `server_${action}`,
    href_from: `/servers/${server.id}/action`,
    href_result: `/servers/${server.id}`,
    progress: 0,
    status: 'pending',
    started_at: date(world.time),
    terminated_at: null,
    zone: server.zone,
  }
  return { status: 202, json: { task } }
}
