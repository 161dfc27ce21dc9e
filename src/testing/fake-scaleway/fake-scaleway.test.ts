import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Blockv1 } from '@scaleway/sdk-block'
import { createClient, Errors } from '@scaleway/sdk-client'
import { Instancev1 } from '@scaleway/sdk-instance'
import { Marketplacev2 } from '@scaleway/sdk-marketplace'
import { ProductCatalogv2alpha1 } from '@scaleway/sdk-product-catalog'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { type FakeScaleway, type FakeScalewayOptions, fakeScaleway, scriptedFaults } from './index.ts'

const zone = 'fr-par-1'
const hour = 3_600_000

interface Opened {
  readonly fake: FakeScaleway
  readonly clock: FakeClock
  readonly instance: Instancev1.API
  readonly block: Blockv1.API
  readonly client: ReturnType<typeof createClient>
}

/** The fake, and the stock SDK as anyone uses it. */
async function open(context: TestContext, options: Partial<FakeScalewayOptions> = {}): Promise<Opened> {
  const clock = fakeClock()
  const fake = await fakeScaleway({ clock, ...options })
  context.after(() => fake[Symbol.asyncDispose]())
  const client = createClient(fake.access)
  return { fake, clock, client, instance: new Instancev1.API(client), block: new Blockv1.API(client) }
}

type NewServer = Partial<Parameters<Instancev1.API['createServer']>[0]>

async function make(instance: Instancev1.API, wanted: NewServer = {}): Promise<Instancev1.Server> {
  const { server } = await instance.createServer({
    zone,
    name: 'one',
    commercialType: 'PLAY2-MICRO',
    image: 'ubuntu_noble',
    protected: false,
    tags: ['mine', 'run=1'],
    ...wanted,
  })
  assert.ok(server)
  return server
}

test('a server comes up in six seconds, has an address while it runs, and is gone five seconds after "terminate"', async context => {
  const { instance, clock } = await open(context)
  const server = await make(instance)
  assert.deepEqual([server.state, server.allowedActions, server.publicIps], ['stopped', ['poweron', 'backup'], []])
  const at = { zone, serverId: server.id }
  await instance.serverAction({ ...at, action: 'poweron' })
  await clock.advance(5_999)
  assert.equal((await instance.getServer(at)).server?.state, 'starting')
  await clock.advance(1)
  const running = (await instance.getServer(at)).server
  assert.deepEqual(running?.allowedActions, ['poweroff', 'terminate', 'reboot', 'stop_in_place', 'backup'])
  assert.equal(running?.publicIps[0]?.dynamic, true)
  await instance.serverAction({ ...at, action: 'terminate' })
  await clock.advance(4_999)
  assert.equal((await instance.getServer(at)).server?.stateDetail, 'terminating')
  await clock.advance(1)
  await assert.rejects(instance.getServer(at), Errors.ResourceNotFoundError)
})

test('block volumes and flexible addresses outlive their server, local volumes do not', async context => {
  const { instance, block, clock, fake } = await open(context)
  const flexible = (await instance.createIp({ zone, type: 'routed_ipv4', tags: ['mine'] })).ip
  assert.ok(flexible)
  const onBlock = await make(instance, { publicIps: [flexible.id], dynamicIpRequired: false })
  const local = await make(instance, { name: 'two', commercialType: 'DEV1-S' })
  for (const { id: serverId } of [onBlock, local]) await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  const [volume] = (await block.listVolumes({ zone, includeDeleted: false })).volumes
  assert.equal(volume?.status, 'in_use')
  await assert.rejects(block.deleteVolume({ zone, volumeId: volume.id }), Errors.PreconditionFailedError)
  for (const { id: serverId } of [onBlock, local]) await instance.serverAction({ zone, serverId, action: 'terminate' })
  await clock.advance(7_000)
  assert.deepEqual(
    fake.billable().map(one => [one.kind, one.state]),
    [
      ['volume', 'available'],
      ['address', 'detached'],
    ],
  )
  await block.deleteVolume({ zone, volumeId: volume.id })
  await instance.deleteIp({ zone, ip: flexible.id })
  await clock.advance(1_000)
  assert.deepEqual(fake.billable(), [])
})

test('"terminate" is refused unless the server runs, and DELETE unless it does not', async context => {
  const { instance, clock, fake } = await open(context)
  const { id: serverId } = await make(instance)
  const terminate = (): Promise<unknown> => instance.serverAction({ zone, serverId, action: 'terminate' })
  await assert.rejects(terminate(), Errors.PreconditionFailedError)
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await assert.rejects(terminate(), Errors.PreconditionFailedError)
  await clock.advance(6_000)
  await assert.rejects(instance.deleteServer({ zone, serverId }), Errors.PreconditionFailedError)
  fake.guestPowerOff(serverId)
  await assert.rejects(terminate(), Errors.PreconditionFailedError)
  await instance.updateServer({ zone, serverId, protected: true })
  await assert.rejects(instance.deleteServer({ zone, serverId }), Errors.PreconditionFailedError)
  await instance.updateServer({ zone, serverId, protected: false })
  await instance.deleteServer({ zone, serverId })
  await assert.rejects(instance.getServer({ zone, serverId }), Errors.ResourceNotFoundError)
})

test('a server that stands by is billed on; one that is powered off is not, 46 seconds later', async context => {
  const { instance, clock, fake } = await open(context)
  const { id: serverId } = await make(instance, {
    commercialType: 'L4-1-24G',
    image: 'ubuntu_noble_gpu_os_12',
    volumes: gpuRoot,
  })
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  fake.guestPowerOff(serverId)
  assert.equal((await instance.getServer({ zone, serverId })).server?.state, 'stopped in place')
  await clock.advance(9 * 60_000)
  assert.equal(serverUnits(fake), 10)
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  await instance.serverAction({ zone, serverId, action: 'poweroff' })
  await clock.advance(45_999)
  assert.equal((await instance.getServer({ zone, serverId })).server?.state, 'stopping')
  await clock.advance(1)
  await clock.advance(hour)
  assert.equal(serverUnits(fake), 10)
})

test('the bill counts begun hours of a CPU, begun minutes of a GPU, and parts of an hour of volumes and addresses', async context => {
  const { instance, clock, fake } = await open(context)
  const cpu = await make(instance, { tags: ['run=cpu'] })
  const gpu = await make(instance, {
    name: 'gpu',
    tags: ['run=gpu'],
    commercialType: 'L4-1-24G',
    image: 'ubuntu_noble_gpu_os_12',
    volumes: gpuRoot,
  })
  for (const { id: serverId } of [cpu, gpu]) await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(90 * 60_000 + 1)
  const [cpuBill, gpuBill] = [fake.bill('run=cpu'), fake.bill('run=gpu')]
  const share = (90 * 60_000 + 1) / hour
  assert.ok(Math.abs(cpuBill.euros - (2 * 0.05508 + share * 0.004)) < 1e-9, String(cpuBill.euros))
  assert.ok(Math.abs(gpuBill.euros - (91 * (0.7875 / 60) + share * 0.004)) < 1e-9, String(gpuBill.euros))
  // The volumes bear no tags yet.
  const volumes = share * 0.000118 * (10 + 125)
  assert.ok(Math.abs(fake.bill().euros - cpuBill.euros - gpuBill.euros - volumes) < 1e-9)
})

test('lists come by the page, by all tags exactly, and by the beginning of the name', async context => {
  const { instance } = await open(context)
  for (let i = 0; i < 7; i++) await make(instance, { name: `server-${i}`, tags: i % 2 ? ['odd', 'x'] : ['x'] })
  assert.equal((await instance.listServers({ zone, perPage: 3 })).totalCount, 7)
  assert.equal((await instance.listServers({ zone, perPage: 3 }).all()).length, 7)
  assert.equal((await instance.listServers({ zone, tags: ['x', 'odd'] })).totalCount, 3)
  assert.equal((await instance.listServers({ zone, tags: ['od'] })).totalCount, 0)
  assert.equal((await instance.listServers({ zone, name: 'server-' })).totalCount, 7)
  assert.equal((await instance.listServers({ zone: 'nl-ams-1' })).totalCount, 0)
})

test('what the real one refuses is refused', async context => {
  const { instance, client, fake } = await open(context)
  const marketplace = new Marketplacev2.API(client)
  const images = await marketplace
    .listLocalImages({ imageLabel: 'ubuntu_noble', zone, arch: 'x86_64', type: 'instance_local' })
    .all()
  const local = images[0]?.id ?? ''
  const wrong: readonly NewServer[] = [
    { commercialType: 'NO-SUCH' },
    { commercialType: 'H100-1-80G' },
    { image: 'no_such_image' },
    { image: local },
    { image: 'ubuntu_noble_gpu_os_12' },
    { volumes: { '0': { volumeType: 'l_ssd', size: 20e9 } } },
    { volumes: { '0': { volumeType: 'sbs_volume', size: 1e9 } } },
    { volumes: { '0': { volumeType: 'sbs_volume', size: 10e9 }, '1': { volumeType: 'sbs_volume', size: 10e9 } } },
    { commercialType: 'DEV1-S', volumes: { '0': { volumeType: 'l_ssd', size: 21e9 } } },
    { commercialType: 'BASIC2-A4C-8G', image: 'debian_bookworm' },
    { enableIpv6: true },
  ]
  for (const one of wrong) await assert.rejects(make(instance, one), Errors.InvalidArgumentsError, JSON.stringify(one))
  assert.deepEqual(fake.billable(), [])
  const stranger = createClient({ ...fake.access, secretKey: 'f4ce0000-0000-4000-8000-00000000dead' })
  await assert.rejects(new Instancev1.API(stranger).listServers({ zone }), Errors.DeniedAuthenticationError)
  const query = await fetch(`${fake.access.apiURL}/instance/v1/zones/${zone}/servers?owner=me`, {
    headers: { 'x-auth-token': fake.access.secretKey },
  })
  assert.equal(query.status, 400)
  assert.equal((await fetch(`${fake.access.apiURL}/instance/v2/zones`)).status, 404)
})

test('stock, quotas and faults are answered as the SDK knows them, before the call or after it', async context => {
  const { instance, fake } = await open(context)
  fake.setStock(zone, 'PLAY2-MICRO', 1)
  await make(instance)
  await assert.rejects(make(instance), Errors.OutOfStockError)
  const { servers } = await instance.getServerTypesAvailability({ zone })
  assert.deepEqual([servers['PLAY2-MICRO']?.availability, servers['DEV1-S']?.availability], ['shortage', 'available'])
  fake.setQuota('DEV1-S', 0)
  await assert.rejects(make(instance, { commercialType: 'DEV1-S' }), Errors.QuotasExceededError)
  const list = (): Promise<unknown> => Promise.resolve(instance.listServers({ zone }))
  fake.setFaults(scriptedFaults([{ fault: { kind: 'too-many-requests', resetSeconds: 7 } }]))
  await assert.rejects(list(), error => error instanceof Errors.TooManyRequestsError && error.resetSeconds === 7)
  fake.setFaults(scriptedFaults([{ call: 'listServers', skip: 1, fault: { kind: 'transient-state' } }]))
  await list()
  await assert.rejects(list(), Errors.TransientStateError)
  await list()
  fake.setFaults(scriptedFaults([{ call: 'createServer', when: 'after', fault: { kind: 'drop' } }]))
  await assert.rejects(make(instance, { commercialType: 'GP1-S', name: 'unseen' }), TypeError)
  assert.equal((await instance.listServers({ zone, name: 'unseen' })).totalCount, 1)
})

test('user data goes both ways between the API and the machine, whose host keys are published', async context => {
  const stopped: string[] = []
  const { instance, fake, clock } = await open(context, {
    boot: async server => {
      const answer = await fetch(`${server.metadata}/user_data/cloud-init`)
      await fetch(`${server.metadata}/user_data/hello`, {
        method: 'PATCH',
        body: `${await answer.text()} of ${server.name}`,
      })
      return {
        address: '10.9.8.7',
        fingerprints: '256 SHA256:abc root (ED25519)',
        stop: () => void stopped.push(server.id),
      }
    },
  })
  const { id: serverId } = await make(instance)
  await instance.setServerUserData({ zone, serverId, key: 'cloud-init', content: '#cloud-config' })
  assert.equal((await fetch(`${fake.metadataOf(serverId)}/user_data/cloud-init`)).status, 404)
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  await fake.idle()
  assert.equal(await instance.getServerUserData({ zone, serverId, key: 'hello' }), '#cloud-config of one')
  assert.equal(
    await instance.getServerUserData({ zone, serverId, key: 'ssh-host-fingerprints' }),
    '256 SHA256:abc root (ED25519)',
  )
  assert.equal((await instance.getServer({ zone, serverId })).server?.publicIps[0]?.address, '10.9.8.7')
  const tooLong = 'x'.repeat(128_000)
  await assert.rejects(
    instance.setServerUserData({ zone, serverId, key: 'long', content: tooLong }),
    Errors.InvalidArgumentsError,
  )
  await instance.serverAction({ zone, serverId, action: 'terminate' })
  await clock.advance(5_000)
  await fake.idle()
  assert.deepEqual(stopped, [serverId])
})

test('a machine that does not come up is billed, has no host keys, and goes like any other', async context => {
  const said = context.mock.method(console, 'error', () => undefined)
  const { instance, fake, clock } = await open(context, { boot: () => Promise.reject(new Error('no such image')) })
  const { id: serverId } = await make(instance, { commercialType: 'DEV1-S' })
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  assert.equal((await instance.getServer({ zone, serverId })).server?.state, 'running')
  await fake.idle()
  assert.match(String(said.mock.calls[0]?.arguments), /"one" does not come up:.*no such image/s)
  const key = 'ssh-host-fingerprints'
  await assert.rejects(instance.getServerUserData({ zone, serverId, key }), Errors.ResourceNotFoundError)
  await instance.serverAction({ zone, serverId, action: 'terminate' })
  // Its own system cannot get in between.
  assert.throws(() => fake.guestPowerOff(serverId), /not_found/)
  await clock.advance(5_000)
  assert.deepEqual(fake.billable(), [])
})

test('without a public address a machine has no user data of its own', async context => {
  const { instance, fake, clock } = await open(context)
  const { id: serverId } = await make(instance, { dynamicIpRequired: false })
  await instance.serverAction({ zone, serverId, action: 'poweron' })
  await clock.advance(6_000)
  assert.equal((await fetch(`${fake.metadataOf(serverId)}/user_data`)).status, 404)
})

test('the catalogue tells prices by the minute and by the hour, and the answer bears the time', async context => {
  const { client, clock, fake } = await open(context)
  const catalogue = new ProductCatalogv2alpha1.PublicCatalogAPI(client)
  const products = await catalogue.listPublicCatalogProducts({ zone, productTypes: ['instance'] }).all()
  const l4 = products.find(one => one.properties?.instance?.offerId === 'L4-1-24G')
  assert.deepEqual(l4?.unitOfMeasure, { unit: 'minute', size: 1 })
  assert.deepEqual(l4?.price?.retailPrice, { currencyCode: 'EUR', units: 0, nanos: 13_125_000 })
  const render = products.find(one => one.properties?.instance?.offerId === 'RENDER-S')
  assert.equal(render?.unitOfMeasure?.unit, 'hour')
  const answer = await fetch(`${fake.access.apiURL}/_fake/bill`)
  assert.equal(answer.headers.get('date'), new Date(clock.now()).toUTCString())
})

const gpuRoot = { '0': { volumeType: 'sbs_volume', size: 125e9 } } as const

function serverUnits(fake: FakeScaleway): number | undefined {
  return fake.bill().lines.find(line => line.kind === 'server')?.units
}
