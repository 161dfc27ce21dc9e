import { notFound } from './api-error.ts'
import type { Call, Route } from './route.ts'
import { erase, read, write } from './user-data-routes.ts'
import type { FakeServer, World } from './world.ts'

/** What a running server itself sees at http://169.254.42.42, here below "/_vm/<id>": no key is asked for. */
export function machineRoutes(world: World): readonly Route[] {
  const base = '/_vm/{server}'
  const userData = (call: Call): Map<string, string> => runningServer(world, call).userData
  return [
    {
      name: 'vm.conf',
      method: 'GET',
      path: `${base}/conf`,
      query: ['format'],
      open: true,
      run: call => ({ json: conf(runningServer(world, call)) }),
    },
    {
      name: 'vm.listUserData',
      method: 'GET',
      path: `${base}/user_data`,
      query: ['format'],
      open: true,
      run: call => ({ json: { user_data: [...userData(call).keys()] } }),
    },
    {
      name: 'vm.getUserData',
      method: 'GET',
      path: `${base}/user_data/{key}`,
      open: true,
      run: call => read(userData(call), call),
    },
    {
      name: 'vm.setUserData',
      method: 'PATCH',
      path: `${base}/user_data/{key}`,
      open: true,
      run: call => write(userData(call), call),
    },
    {
      name: 'vm.deleteUserData',
      method: 'DELETE',
      path: `${base}/user_data/{key}`,
      open: true,
      run: call => erase(userData(call), call),
    },
  ]
}

function runningServer(world: World, call: Call): FakeServer {
  const id = call.path['server'] ?? ''
  const server = world.servers.get(id)
  // A machine that is being stopped can speak to the end; without a public address it cannot at all.
  const isUp = server?.state === 'running' || server?.state === 'stopping'
  if (server === undefined || !isUp || !hasAddress(world, server)) throw notFound('machine', id)
  return server
}

function hasAddress(world: World, server: FakeServer): boolean {
  return server.dynamic !== undefined || [...world.addresses.values()].some(address => address.server === server.id)
}

function conf(server: FakeServer): Readonly<Record<string, unknown>> {
  return {
    id: server.id,
    name: server.name,
    hostname: server.name,
    tags: server.tags,
    commercial_type: server.type.name,
    location: { zone_id: server.zone },
    public_ip: server.dynamic === undefined ? null : { address: server.dynamic.address, dynamic: true },
  }
}
