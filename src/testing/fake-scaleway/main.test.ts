import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { createClient } from '@scaleway/sdk-client'
import { Instancev1 } from '@scaleway/sdk-instance'
import { Jobsv1alpha1 } from '@scaleway/sdk-jobs'
import { isAlive, packageRoot } from '../../core/index.ts'
import { eventually } from '../eventually.ts'

const main = join(packageRoot(), 'dist/src/testing/fake-scaleway/main.js')
const zone = 'fr-par-1'

interface Started {
  readonly process: ChildProcess
  readonly url: string
  readonly client: ReturnType<typeof createClient>
  readonly environment: NodeJS.ProcessEnv
}

async function start(context: TestContext, ...flags: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const environment = JSON.parse(line) as Readonly<Record<string, string>>
  const url = environment['SCW_API_URL'] ?? ''
  const client = createClient({
    apiURL: url,
    accessKey: environment['SCW_ACCESS_KEY'] ?? '',
    secretKey: environment['SCW_SECRET_KEY'] ?? '',
    defaultProjectId: environment['SCW_DEFAULT_PROJECT_ID'] ?? '',
  })
  return { process: child, url, client, environment: { ...process.env, ...environment } }
}

test('a server of the fake in its own process is a process that reads and writes its user data', async context => {
  const script =
    'fetch(process.env.FAKE_METADATA + "/user_data/pid", { method: "PATCH", body: String(process.pid) }).then(() => setInterval(() => 0, 1000))'
  const { url, client } = await start(context, '--speed', '100', '--boot', `echo; exec node -e '${script}'`)
  const instance = new Instancev1.API(client)
  const { server } = await instance.createServer({
    zone,
    name: 'one',
    commercialType: 'DEV1-S',
    image: 'ubuntu_noble',
    protected: false,
  })
  const at = { zone, serverId: server?.id ?? '' }
  await instance.serverAction({ ...at, action: 'poweron' })
  const pid = Number(
    await eventually(() => instance.getServerUserData({ ...at, key: 'pid' }).then(String, () => false as const)),
  )
  assert.ok(isAlive(pid))
  await post(url, '/_fake/clock', { advance: 3_600_000 })
  await instance.serverAction({ ...at, action: 'terminate' })
  await eventually(async () => ((await get(url, '/_fake/billable')) as unknown[]).length === 0)
  await eventually(() => !isAlive(pid))
  const bill = (await get(url, '/_fake/bill')) as { euros: number }
  assert.ok(bill.euros >= 2 * 0.008976, String(bill.euros))
})

test('a job on cron is carried out by the clock as a process with its environment', async context => {
  const { url, client } = await start(context, '--jobs', '--speed', '60')
  const jobs = new Jobsv1alpha1.API(client)
  await jobs.createJobDefinition({
    region: 'fr-par',
    name: 'sweep',
    cpuLimit: 140,
    memoryLimit: 256,
    imageUri: 'docker.io/library/node:22',
    command: 'test "$WHAT" = this',
    description: '',
    environmentVariables: { WHAT: 'this' },
    cronSchedule: { schedule: '*/10 * * * *', timezone: 'UTC' },
  })
  await post(url, '/_fake/clock', { advance: 600_000 })
  const [run] = (await eventually(async () => {
    const runs = (await get(url, '/_fake/jobs')) as { state: string; exitCode: number }[]
    return runs[0]?.state === 'succeeded' && runs
  })) as { exitCode: number }[]
  assert.equal(run?.exitCode, 0)
})

test('a client is killed at the very point of a call that was asked for', async context => {
  const { url, environment } = await start(context)
  const script = `
    const { createClient } = await import('@scaleway/sdk-client')
    const { Instancev1 } = await import('@scaleway/sdk-instance')
    const client = createClient({ apiURL: process.env.SCW_API_URL, accessKey: process.env.SCW_ACCESS_KEY,
      secretKey: process.env.SCW_SECRET_KEY, defaultProjectId: process.env.SCW_DEFAULT_PROJECT_ID })
    process.stdin.once('data', () => new Instancev1.API(client).createServer({ zone: 'fr-par-1', name: 'one',
      commercialType: 'DEV1-S', image: 'ubuntu_noble', protected: false }))`
  const controller = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: packageRoot(),
    env: environment,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const rule = { call: 'createServer', when: 'after', fault: { kind: 'kill', pid: controller.pid } }
  await post(url, '/_fake/faults', { rules: [rule] })
  controller.stdin.write('go\n')
  const [, signal] = (await once(controller, 'exit')) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL')
  assert.equal(((await get(url, '/_fake/servers')) as unknown[]).length, 1)
})

async function get(url: string, path: string): Promise<unknown> {
  return (await fetch(url + path)).json()
}

async function post(url: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
}
