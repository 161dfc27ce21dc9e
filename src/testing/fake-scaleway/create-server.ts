import { z } from 'zod'
import { invalidArgument, outOfStock, quotaExceeded } from './api-error.ts'
import { type FakeType, gigabyte } from './catalogue.ts'
import { compatibleTypes, type LocalImage, localImages } from './images.ts'
import type { Lifecycle } from './lifecycle.ts'
import { addVolume } from './volumes.ts'
import { type FakeServer, type FakeVolume, fakeType, type World } from './world.ts'

const volumeKind = z.enum(['sbs_volume', 'l_ssd', 'scratch'])

export const createServerBody = z.strictObject({
  commercial_type: z.string(),
  protected: z.boolean(),
  name: z.string().min(1).max(63),
  project: z.string(),
  image: z.string(),
  volumes: z
    .record(
      z.string().regex(/^\d+$/),
      z.strictObject({ volume_type: volumeKind, size: z.int().min(1), name: z.string().optional(), boot: z.boolean().optional() }),
    )
    .optional(),
  dynamic_ip_required: z.boolean().optional(),
  public_ips: z.array(z.string()).optional(),
  tags: z.array(z.string().min(1)).optional(),
  boot_type: z.literal('local').optional(),
})

type Body = z.infer<typeof createServerBody>

/** A new server as it comes into being: stopped, with its volumes, and billed. */
export function createServer(world: World, lifecycle: Lifecycle, zone: string, body: Body): FakeServer {
  if (body.project !== world.project) throw invalidArgument('project', 'no such project')
  const type = fakeType(body.commercial_type)
  if (type === undefined || !type.zones.includes(zone)) {
    throw invalidArgument('commercial_type', `"${body.commercial_type}" is not sold in ${zone}`)
  }
  const volumes = body.volumes ?? { '0': { volume_type: usualKind(type), size: 10 * gigabyte } }
  const image = imageOf(zone, body.image, volumes['0']?.volume_type, type)
  checkVolumes(type, image, volumes)
  takeFromStock(world, zone, type)
  const id = world.newId()
  const server: FakeServer = {
    id,
    zone,
    type,
    project: world.project,
    created: world.time,
    changed: world.time,
    image: { id: image.id, label: image.image.label },
    name: body.name,
    tags: body.tags ?? [],
    state: 'stopped',
    detail: '',
    protected: body.protected,
    dynamicIp: body.dynamic_ip_required ?? true,
    volumes: new Map(),
    userData: new Map(),
    dynamic: undefined,
    charge: undefined,
  }
  for (const address of addressesOf(world, zone, body.public_ips ?? [])) address.server = id
  server.volumes = new Map(
    Object.entries(volumes).map(([slot, wanted]) => {
      const name = wanted.name ?? `${image.image.label}_${wanted.volume_type}_${slot}`
      const volume = addVolume(world, { zone, name, kind: wanted.volume_type, size: wanted.size, tags: [] })
      attach(volume, id)
      return [slot, volume.id]
    }),
  )
  world.servers.set(id, server)
  lifecycle.startCharge(server)
  return server
}

function attach(volume: FakeVolume, server: string): void {
  volume.server = server
  volume.status = 'in_use'
}

function usualKind(type: FakeType): FakeVolume['kind'] {
  return type.localStorage > 0 ? 'l_ssd' : 'sbs_volume'
}

/** By id, or by label in the flavour that fits the root volume. */
function imageOf(zone: string, wanted: string, root: FakeVolume['kind'] | undefined, type: FakeType): LocalImage {
  const flavour = root === 'sbs_volume' ? 'instance_sbs' : 'instance_local'
  const image = localImages(zone).find(
    one =>
      one.id === wanted || (one.image.label === wanted && one.flavour === flavour && one.image.arch === type.arch),
  )
  if (image === undefined) throw invalidArgument('image', `"${wanted}" is not found`)
  if (image.flavour !== flavour) {
    throw invalidArgument('volumes.0', `requested volume type does not match the image's, which is for ${image.flavour}`)
  }
  if (!compatibleTypes(image).includes(type.name)) {
    throw invalidArgument('image', `"${image.image.label}" cannot be started on ${type.name}`)
  }
  return image
}

function checkVolumes(type: FakeType, image: LocalImage, volumes: NonNullable<Body['volumes']>): void {
  const root = volumes['0']
  if (root === undefined) throw invalidArgument('volumes.0', 'a root volume is wanted', 'required')
  if (root.size < image.image.smallestRoot) {
    throw invalidArgument('volumes.0.size', `at least ${image.image.smallestRoot} is wanted for "${image.image.label}"`)
  }
  const all = Object.entries(volumes)
  const extra = all.find(([slot, { volume_type }]) => slot !== '0' && volume_type === 'sbs_volume')
  if (extra !== undefined) throw invalidArgument(`volumes.${extra[0]}`, 'block storage is made first, then attached')
  const local = all.reduce((sum, [, { volume_type, size }]) => (volume_type === 'l_ssd' ? sum + size : sum), 0)
  if (local > type.localStorage) {
    throw invalidArgument('volumes', `${type.name} takes ${type.localStorage} bytes of local storage at most`)
  }
}

function takeFromStock(world: World, zone: string, type: FakeType): void {
  const quota = world.quotas.get(type.name)
  const current = [...world.servers.values()].filter(server => server.type === type).length
  if (quota !== undefined && current >= quota) {
    throw quotaExceeded(`cp_servers_type_${type.name.replaceAll('-', '_')}`, quota, current)
  }
  const left = world.stock.get(`${zone}/${type.name}`)
  if (left === undefined) return
  if (left <= 0) throw outOfStock(type.name)
  world.stock.set(`${zone}/${type.name}`, left - 1)
}

function addressesOf(world: World, zone: string, ids: readonly string[]): readonly { server: string | undefined }[] {
  return ids.map(id => {
    const address = world.addresses.get(id)
    if (address === undefined || address.zone !== zone) throw invalidArgument('public_ips', `"${id}" is not found`)
    if (address.server !== undefined) throw invalidArgument('public_ips', `"${id}" is attached already`)
    return address
  })
}
