import { allowedActions } from './lifecycle.ts'
import { date } from './route.ts'
import type { FakeServer, FakeVolume, World } from './world.ts'

/** A server as the API shows it. */
export function serverJson(world: World, server: FakeServer): Readonly<Record<string, unknown>> {
  const addresses = publicAddresses(world, server)
  return {
    id: server.id,
    name: server.name,
    hostname: server.name,
    organization: server.project,
    project: server.project,
    allowed_actions: allowedActions(server),
    tags: server.tags,
    commercial_type: server.type.name,
    creation_date: date(server.created),
    modification_date: date(server.changed),
    dynamic_ip_required: server.dynamicIp,
    routed_ip_enabled: true,
    enable_ipv6: false,
    protected: server.protected,
    image: { id: server.image.id, name: server.image.label, arch: server.type.arch, public: true, state: 'available' },
    private_ip: null,
    public_ip: addresses[0] ?? null,
    public_ips: addresses,
    private_nics: [],
    mac_address: 'de:00:00:00:00:01',
    state: server.state,
    state_detail: server.detail,
    boot_type: 'local',
    arch: server.type.arch,
    volumes: Object.fromEntries([...server.volumes].map(([slot, id]) => [slot, volumeOf(world, server, id)])),
    security_group: { id: '11111111-1111-4111-8111-111111111111', name: 'Default security group' },
    maintenances: [],
    filesystems: [],
    end_of_service: false,
    zone: server.zone,
  }
}

function publicAddresses(world: World, server: FakeServer): readonly Readonly<Record<string, unknown>>[] {
  const flexible = [...world.addresses.values()]
    .filter(address => address.server === server.id)
    .map(({ id, address, tags }) => addressJson(id, address, false, tags))
  const { dynamic } = server
  return dynamic === undefined ? flexible : [...flexible, addressJson(dynamic.id, dynamic.address, true, [])]
}

function addressJson(
  id: string,
  address: string,
  dynamic: boolean,
  tags: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    id,
    address,
    dynamic,
    tags,
    gateway: null,
    netmask: '32',
    family: 'inet',
    provisioning_mode: 'dhcp',
    state: 'attached',
    ipam_id: id,
  }
}

/** Block volumes are shown in a short form: what they are like is told by the Block API. */
function volumeOf(world: World, server: FakeServer, id: string): Readonly<Record<string, unknown>> {
  const volume = world.volumes.get(id)
  if (volume === undefined) return {}
  if (volume.kind === 'sbs_volume') return { id, zone: volume.zone, volume_type: volume.kind, boot: false }
  return { ...localVolumeJson(volume), boot: false, server: { id: server.id, name: server.name } }
}

/** A local volume as the Instance API shows it. */
export function localVolumeJson(volume: FakeVolume): Readonly<Record<string, unknown>> {
  return {
    id: volume.id,
    name: volume.name,
    size: volume.size,
    volume_type: volume.kind,
    creation_date: date(volume.created),
    modification_date: date(volume.created),
    organization: volume.project,
    project: volume.project,
    tags: volume.tags,
    state: 'available',
    zone: volume.zone,
  }
}
