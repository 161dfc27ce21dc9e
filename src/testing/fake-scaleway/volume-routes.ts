import { z } from 'zod'
import { invalidArgument, notFound, preconditionFailed } from './api-error.ts'
import { fakePrices } from './catalogue.ts'
import { type Answer, type Call, date, filtered, pageOf, type Route, readBody } from './route.ts'
import { localVolumeJson } from './server-json.ts'
import { addVolume, deleteVolume } from './volumes.ts'
import type { FakeVolume, World } from './world.ts'

const tags = z.array(z.string().min(1)).optional()
const updateLocal = z.strictObject({ name: z.string().optional(), tags, size: z.int().optional() })
const updateBlock = z.strictObject({ name: z.string().optional(), tags, size: z.int().optional() })
const createBlock = z.strictObject({
  name: z.string().min(1),
  project_id: z.string(),
  tags,
  from_empty: z.strictObject({ size: z.int().min(5e9) }),
  perf_iops: z.union([z.literal(5000), z.literal(15000)]).optional(),
})

const local = '/instance/v1/zones/{zone}/volumes'
const block = '/block/v1/zones/{zone}/volumes'

/** Local volumes through the Instance API, and block storage through its own. */
export function volumeRoutes(world: World): readonly Route[] {
  return [
    {
      name: 'listVolumes',
      method: 'GET',
      path: local,
      query: ['page', 'per_page', 'name', 'tags', 'project', 'organization', 'volume_type'],
      run: call => pageOf(call, 'volumes', filtered(call, all(world, call, false)).map(localVolumeJson), 'per_page'),
    },
    {
      name: 'getVolume',
      method: 'GET',
      path: `${local}/{volume}`,
      run: call => ({ json: { volume: localVolumeJson(volumeOf(world, call, false)) } }),
    },
    {
      name: 'updateVolume',
      method: 'PATCH',
      path: `${local}/{volume}`,
      run: call => ({
        json: { volume: localVolumeJson(update(volumeOf(world, call, false), readBody(updateLocal, call))) },
      }),
    },
    { name: 'deleteVolume', method: 'DELETE', path: `${local}/{volume}`, run: call => remove(world, call, false) },
    {
      name: 'block.listVolumeTypes',
      method: 'GET',
      path: '/block/v1/zones/{zone}/volume-types',
      query: ['page', 'page_size'],
      run: call =>
        pageOf(call, 'volume_types', [volumeType('sbs_5k', 5000), volumeType('sbs_15k', 15000)], 'page_size'),
    },
    {
      name: 'block.listVolumes',
      method: 'GET',
      path: block,
      query: ['page', 'page_size', 'name', 'tags', 'project_id', 'organization_id', 'order_by', 'include_deleted'],
      run: call => pageOf(call, 'volumes', filtered(call, all(world, call, true)).map(blockVolumeJson), 'page_size'),
    },
    {
      name: 'block.createVolume',
      method: 'POST',
      path: block,
      run: call => {
        const body = readBody(createBlock, call)
        if (body.project_id !== world.project) throw invalidArgument('project_id', 'no such project')
        const zone = call.path['zone'] ?? ''
        const wanted = {
          zone,
          name: body.name,
          kind: 'sbs_volume',
          size: body.from_empty.size,
          tags: body.tags ?? [],
        } as const
        return { json: blockVolumeJson(addVolume(world, wanted)) }
      },
    },
    {
      name: 'block.getVolume',
      method: 'GET',
      path: `${block}/{volume}`,
      run: call => ({ json: blockVolumeJson(volumeOf(world, call, true)) }),
    },
    {
      name: 'block.updateVolume',
      method: 'PATCH',
      path: `${block}/{volume}`,
      run: call => ({ json: blockVolumeJson(update(volumeOf(world, call, true), readBody(updateBlock, call))) }),
    },
    { name: 'block.deleteVolume', method: 'DELETE', path: `${block}/{volume}`, run: call => remove(world, call, true) },
  ]
}

function all(world: World, call: Call, isBlock: boolean): readonly FakeVolume[] {
  return [...world.volumes.values()].filter(
    volume => volume.zone === call.path['zone'] && (volume.kind === 'sbs_volume') === isBlock,
  )
}

function volumeOf(world: World, call: Call, isBlock: boolean): FakeVolume {
  const id = call.path['volume'] ?? ''
  const volume = all(world, call, isBlock).find(one => one.id === id)
  if (volume === undefined) throw notFound('volume', id)
  return volume
}

function update(volume: FakeVolume, body: z.infer<typeof updateBlock>): FakeVolume {
  if (body.size !== undefined) throw invalidArgument('size', 'this fake cannot resize')
  if (body.name !== undefined) volume.name = body.name
  if (body.tags !== undefined) volume.tags = body.tags
  return volume
}

function remove(world: World, call: Call, isBlock: boolean): Answer {
  const volume = volumeOf(world, call, isBlock)
  if (volume.status === 'in_use') throw preconditionFailed('resource_still_in_use', 'volume is attached to a server')
  if (volume.status === 'deleting') throw notFound('volume', volume.id)
  deleteVolume(world, volume)
  return { status: 204 }
}

function volumeType(type: string, iops: number): Readonly<Record<string, unknown>> {
  const nanos = Math.round(fakePrices.block * 1e9)
  return { type, pricing: { currency_code: 'EUR', units: 0, nanos }, specs: { perf_iops: iops, class: 'sbs' } }
}

function blockVolumeJson(volume: FakeVolume): Readonly<Record<string, unknown>> {
  const references =
    volume.server === undefined
      ? []
      : [
          {
            id: volume.id,
            product_resource_type: 'instance_server',
            product_resource_id: volume.server,
            created_at: date(volume.created),
            type: 'exclusive',
            status: 'attached',
          },
        ]
  return {
    id: volume.id,
    name: volume.name,
    type: 'sbs_5k',
    size: volume.size,
    project_id: volume.project,
    created_at: date(volume.created),
    updated_at: date(volume.created),
    references,
    parent_snapshot_id: null,
    status: volume.status,
    tags: volume.tags,
    zone: volume.zone,
    specs: { perf_iops: 5000, class: 'sbs' },
    last_detached_at: null,
  }
}
