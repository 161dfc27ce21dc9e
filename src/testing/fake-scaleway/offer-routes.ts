import { type FakeType, fakeTypes, gigabyte } from './catalogue.ts'
import { compatibleTypes, type LocalImage, localImages } from './images.ts'
import { type Answer, type Call, pageOf, type Route } from './route.ts'
import type { World } from './world.ts'

const products = '/instance/v1/zones/{zone}/products/servers'

/** What can be rented, on which images, and what it costs. */
export function offerRoutes(world: World): readonly Route[] {
  return [
    {
      name: 'listServersTypes',
      method: 'GET',
      path: products,
      query: ['page', 'per_page'],
      run: call => byName(call, inZone(call), typeJson),
    },
    {
      name: 'getServerTypesAvailability',
      method: 'GET',
      path: `${products}/availability`,
      query: ['page', 'per_page'],
      run: call =>
        byName(call, inZone(call), type => ({ availability: availability(world, call.path['zone'] ?? '', type) })),
    },
    {
      name: 'listLocalImages',
      method: 'GET',
      path: '/marketplace/v2/local-images',
      query: ['page', 'page_size', 'image_label', 'image_id', 'version_id', 'zone', 'arch', 'type', 'order_by'],
      open: true,
      run: call => pageOf(call, 'local_images', images(call).map(imageJson), 'page_size'),
    },
    {
      name: 'listPublicCatalogProducts',
      method: 'GET',
      path: '/product-catalog/v2alpha1/public-catalog/products',
      query: ['page', 'page_size', 'product_types', 'zone', 'region', 'global', 'datacenter'],
      open: true,
      run: call => pageOf(call, 'products', catalogue(call), 'page_size'),
    },
  ]
}

function inZone(call: Call): readonly FakeType[] {
  return fakeTypes.filter(type => type.zones.includes(call.path['zone'] ?? ''))
}

/** Types are listed by name, and still by the page. */
function byName(call: Call, types: readonly FakeType[], show: (type: FakeType) => unknown): Answer {
  const entries = types.map(type => [type.name, show(type)] as const)
  const page = pageOf(call, 'servers', entries, 'per_page')
  const shown = (page.json as { servers: (readonly [string, unknown])[] }).servers
  return { ...page, json: { servers: Object.fromEntries(shown) } }
}

function availability(world: World, zone: string, type: FakeType): string {
  const left = world.stock.get(`${zone}/${type.name}`)
  if (left === undefined) return 'available'
  return left <= 0 ? 'shortage' : 'scarce'
}

function typeJson(type: FakeType): Readonly<Record<string, unknown>> {
  const local = { min_size: 0, max_size: type.localStorage }
  return {
    alt_names: [],
    arch: type.arch,
    ncpus: type.cpus,
    ram: type.memory,
    gpu: type.gpus,
    gpu_info:
      type.gpuName === undefined
        ? null
        : { gpu_manufacturer: 'NVIDIA', gpu_name: type.gpuName, gpu_memory: 24 * gigabyte },
    hourly_price: type.pricePerHour,
    monthly_price: type.pricePerHour * 730,
    volumes_constraint: local,
    per_volume_constraint: { l_ssd: local },
    scratch_storage_max_size: 0,
    capabilities: { block_storage: true, boot_types: ['local', 'rescue'], max_file_systems: 0 },
    network: { interfaces: [], sum_internal_bandwidth: 1e9, sum_internet_bandwidth: 1e9, ipv6_support: true },
    block_bandwidth: 1e9,
    end_of_service: false,
  }
}

function images(call: Call): readonly LocalImage[] {
  const { query } = call
  const fits = (key: string, value: string): boolean => query.get(key) === null || query.get(key) === value
  return localImages(query.get('zone') ?? '').filter(
    ({ image, flavour }) => fits('image_label', image.label) && fits('arch', image.arch) && fits('type', flavour),
  )
}

function imageJson(local: LocalImage): Readonly<Record<string, unknown>> {
  return {
    id: local.id,
    compatible_commercial_types: compatibleTypes(local),
    arch: local.image.arch,
    zone: local.zone,
    label: local.image.label,
    type: local.flavour,
  }
}

/** Prices as the public catalogue tells them: for a unit that may be a minute. */
function catalogue(call: Call): readonly Readonly<Record<string, unknown>>[] {
  const kinds = call.query.getAll('product_types')
  if (kinds.length > 0 && !kinds.includes('instance')) return []
  const zone = call.query.get('zone')
  return fakeTypes
    .filter(type => zone === null || type.zones.includes(zone))
    .map(type => productJson(type, zone ?? type.zones[0] ?? ''))
}

function productJson(type: FakeType, zone: string): Readonly<Record<string, unknown>> {
  const perUnit = type.unit === 'minute' ? type.pricePerHour / 60 : type.pricePerHour
  const units = Math.floor(perUnit)
  return {
    sku: `/compute/${type.name.toLowerCase().replaceAll('-', '_')}/run_${zone.replaceAll('-', '')}`,
    service_category: 'Compute',
    product_category: 'Instances',
    product: type.gpus > 0 ? 'GPU' : 'Instances',
    variant: `${type.name} - ${zone}`,
    description: type.name,
    locality: { zone },
    price: { retail_price: { currency_code: 'EUR', units, nanos: Math.round((perUnit - units) * 1e9) } },
    unit_of_measure: { unit: type.unit, size: 1 },
    properties: {
      instance: { offer_id: type.name, range: type.name.split('-')[0], recommended_replacement_offer_ids: [] },
    },
    status: 'general_availability',
    end_of_life_at: null,
  }
}
