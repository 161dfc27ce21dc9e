import { z } from 'zod'
import { invalidArgument, outOfStock, quotaExceeded } from './api-error.ts'
import { type FakeType, gigabyte } from './catalogue.ts'
import { compatibleTypes, type LocalImage, localImages } from './images.ts'
import type { Lifecycle } from './lifecycle.ts'
import { type Call, readBody } from './route.ts'
import { addVolume } from './volumes.ts'
import { type FakeServer, type FakeVolume, fakeType, type World } from './world.ts'

/** What is asked for, checked for its form. */
export interface NewServer {
  readonly commercial_type: string
  readonly protected: boolean
  readonly name: string
  readonly project: string
  /** An id, or a label. */
  readonly image: string
  /** By slot. Default: a root volume of 10 GB of the type's usual kind. */
  readonly volumes?: Readonly<Record<string, NewVolume>> | undefined
  readonly dynamic_ip_required?: boolean | undefined
  readonly public_ips?: readonly string[] | undefined
  readonly tags?: readonly string[] | undefined
}

interface NewVolume {
  readonly volume_type: FakeVolume['kind']
  readonly size: number
  readonly name?: string | undefined
}

const body = z.strictObject({
  commercial_type: z.string(),
  protected: z.boolean(),
  name: z.string().min(1).max(63),
  project: z.string(),
  image: z.string(),
  volumes: z
    .record(
      z.string().regex(/^\d+$/),
      z.strictObject({
        volume_type: z.enum(['sbs_volume', 'l_ssd', 'scratch']),
        size: z.int().min(1),
        name: z.string().optional(),
        boot: z.boolean().optional(),
      }),
    )
    .optional(),
  dynamic_ip_required: z.boolean().optional(),
  public_ips: z.array(z.string()).optional(),
  tags: z.array(z.string().min(1)).optional(),
  boot_type: z.literal('local').optional(),
})

export function readNewServer(call: Call): NewServer {
  return readBody(body, call)
}

/** A new server as it comes into being: stopped, with its volumes, and billed. */
export function createServer(world: World, lifecycle: Lifecycle, zone: string, wanted: NewServer): FakeServer {
  if (wanted.project !== world.project) throw invalidArgument('project', 'no such project')
  const type = fakeType(wanted.commercial_type)
  if (type === undefined || !type.zones.includes(zone)) {
    throw invalidArgument('commercial_type', `"${wanted.commercial_type}" is not sold in ${zone}`)
  }
  const volumes: Readonly<Record<string, NewVolume>> = wanted.volumes ?? {
    '0': { volume_type: usualKind(type), size: 10 * gigabyte },
  }
  const image = imageOf(zone, wanted.image, volumes['0']?.volume_type, type)
  checkVolumes(type, image, volumes)
  takeFromStock(world, zone, type)
  const id = world.newId()
  const server: FakeServer = {
    id,
    zone,
    type,
    project: world.project,
    created: world.creation(),
    changed: world.time,
    image: { id: image.id, label: image.image.label },
    name: wanted.name,
    tags: wanted.tags ?? [],
    state: 'stopped',
    detail: '',
    protected: wanted.protected,
    dynamicIp: wanted.dynamic_ip_required ?? true,
    volumes: new Map(),
    userData: new Map(),
    dynamic: undefined,
    charge: undefined,
  }
  for (const address of addressesOf(world, zone, wanted.public_ips ?? [])) address.server = id
  server.volumes = new Map(
    Object.entries(volumes).map(([slot, one]) => {
      const name = one.name ?? `${image.image.label}_${one.volume_type}_${slot}`
      const volume = addVolume(world, { zone, name, kind: one.volume_type, size: one.size, tags: [] })
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
    one => one.id === wanted || (one.image.label === wanted && one.flavour === flavour && one.image.arch === type.arch),
  )
  if (image === undefined) throw invalidArgument('image', `"${wanted}" is not found`)
  if (image.flavour !== flavour) {
    throw invalidArgument(
      'volumes.0',
      `requested volume type does not match the image's, which is for ${image.flavour}`,
    )
  }
  if (!compatibleTypes(image).includes(type.name)) {
    throw invalidArgument('image', `"${image.image.label}" cannot be started on ${type.name}`)
  }
  return image
}

function checkVolumes(type: FakeType, image: LocalImage, volumes: Readonly<Record<string, NewVolume>>): void {
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
