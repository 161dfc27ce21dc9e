import { z } from 'zod'
import { invalidArgument, notFound } from './api-error.ts'
import { fakePrices } from './catalogue.ts'
import { hour } from './charges.ts'
import { type Call, filtered, pageOf, type Route, readBody } from './route.ts'
import type { FakeAddress, World } from './world.ts'

const tags = z.array(z.string().min(1)).optional()
const createBody = z.strictObject({
  project: z.string(),
  tags,
  server: z.string().optional(),
  type: z.literal('routed_ipv4').optional(),
})
const updateBody = z.strictObject({ tags, server: z.string().nullish(), reverse: z.string().nullish() })

const addresses = '/instance/v1/zones/{zone}/ips'

/** Flexible addresses. Those that come and go with a server are not among them. */
export function addressRoutes(world: World): readonly Route[] {
  return [
    {
      name: 'listIps',
      method: 'GET',
      path: addresses,
      query: ['page', 'per_page', 'name', 'tags', 'project', 'organization', 'type'],
      run: call =>
        pageOf(
          call,
          'ips',
          filtered(call, all(world, call)).map(one => addressJson(world, one)),
          'per_page',
        ),
    },
    {
      name: 'createIp',
      method: 'POST',
      path: addresses,
      run: call => ({ status: 201, json: { ip: addressJson(world, create(world, call)) } }),
    },
    {
      name: 'getIp',
      method: 'GET',
      path: `${addresses}/{ip}`,
      run: call => ({ json: { ip: addressJson(world, addressOf(world, call)) } }),
    },
    {
      name: 'updateIp',
      method: 'PATCH',
      path: `${addresses}/{ip}`,
      run: call => {
        const address = addressOf(world, call)
        const body = readBody(updateBody, call)
        if (body.tags !== undefined) address.tags = body.tags
        if (body.server !== undefined) address.server = body.server ?? undefined
        return { json: { ip: addressJson(world, address) } }
      },
    },
    {
      name: 'deleteIp',
      method: 'DELETE',
      path: `${addresses}/{ip}`,
      run: call => {
        const address = addressOf(world, call)
        world.stop(address.charge)
        world.addresses.delete(address.id)
        return { status: 204 }
      },
    },
  ]
}

function all(world: World, call: Call): readonly FakeAddress[] {
  return [...world.addresses.values()].filter(address => address.zone === call.path['zone'])
}

function addressOf(world: World, call: Call): FakeAddress {
  const id = call.path['ip'] ?? ''
  const address = all(world, call).find(one => one.id === id)
  if (address === undefined) throw notFound('ip', id)
  return address
}

function create(world: World, call: Call): FakeAddress {
  const body = readBody(createBody, call)
  if (body.project !== world.project) throw invalidArgument('project', 'no such project')
  if (body.server !== undefined && !world.servers.has(body.server)) throw notFound('instance_server', body.server)
  const id = world.newId()
  const zone = call.path['zone'] ?? ''
  const charge = world.charge('address', {
    id,
    name: '',
    zone,
    tags: () => address.tags,
    price: fakePrices.address,
    unit: hour,
    whole: false,
  })
  const address: FakeAddress = {
    id,
    zone,
    project: world.project,
    address: world.newAddress(),
    created: world.time,
    charge,
    tags: body.tags ?? [],
    server: body.server,
  }
  world.addresses.set(id, address)
  return address
}

function addressJson(world: World, address: FakeAddress): Readonly<Record<string, unknown>> {
  const server = address.server === undefined ? undefined : world.servers.get(address.server)
  return {
    id: address.id,
    address: address.address,
    reverse: null,
    server: server === undefined ? null : { id: server.id, name: server.name },
    organization: address.project,
    project: address.project,
    tags: address.tags,
    type: 'routed_ipv4',
    state: server === undefined ? 'detached' : 'attached',
    prefix: null,
    ipam_id: address.id,
    zone: address.zone,
  }
}
