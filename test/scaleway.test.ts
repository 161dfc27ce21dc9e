import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { chestnutVersion, packageRoot, systemClock } from '../src/core/index.ts'
import { findScalewayAccess, type Order, type Provider, scalewayProvider } from '../src/machines/index.ts'
import { commandLine, type ProjectFolder, projectFolder } from './project-folder.ts'

const run = '0123456789ab'
const config = `import { defineConfig, scaleway } from 'chestnut'
export default defineConfig({ name: 'journey', machines: { gpu: scaleway({ gpus: 1 }), caps: { run: 5 } } })
`

let fake: ChildProcess
let folder: ProjectFolder
let provider: Provider

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': config })
  const path = join(folder.path, 'bin')
  mkdirSync(path)
  // What the job's image finds in the registry is found here.
  writeFileSync(join(path, 'npx'), `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${commandLine}" "$@"\n`)
  chmodSync(join(path, 'npx'), 0o755)
  const main = join(packageRoot(), 'dist/src/testing/fake-scaleway/main.js')
  fake = spawn(process.execPath, [main, '--jobs', '--speed', '10'], {
    env: { ...process.env, PATH: `${path}${delimiter}${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(fake.stdout!), 'line')) as [string]
  // Every command that the tests start is a first-time user's whose keys are in the environment.
  Object.assign(process.env, JSON.parse(line))
  provider = scalewayProvider({ access: findScalewayAccess(), clock: systemClock })
})

after(async () => {
  fake.kill('SIGTERM')
  await once(fake, 'exit')
  await folder[Symbol.asyncDispose]()
})

test('the sweeper that was installed destroys what everybody forgot', async () => {
  const before = await folder.chestnut('machines', 'guard')
  assert.equal(before.code, 2)
  assert.match(before.err, /wanted "--yes"/)
  const installed = await folder.succeeds('machines', 'guard', '--yes')
  assert.match(installed.out, new RegExp(`npx --yes chestnut@${chestnutVersion()} machines sweep --scaleway`))
  assert.match(installed.out, /Installed/)
  assert.ok(!(installed.out + installed.err).includes(process.env['SCW_SECRET_KEY'] ?? '?'))
  await provider.create(await order('L4-1-24G'))
  assert.match((await folder.succeeds('machines', 'list')).out, new RegExp(`chestnut-train-${run}`))
  await control('POST', '/_fake/clock', { advance: 25 * 60_000 })
  await until(async () => ((await control('GET', '/_fake/billable')) as unknown[]).length === 0)
  await until(async () => {
    const runs = (await control('GET', '/_fake/jobs')) as { state: string }[]
    return runs.some(one => one.state === 'succeeded')
  })
  const bill = (await control('GET', `/_fake/bill?tag=chestnut:run=${run}`)) as { euros: number }
  assert.ok(bill.euros > 0 && bill.euros < 5)
})

test('every command of docs/scaleway.md is run as it stands there', async () => {
  const text = readFileSync(join(packageRoot(), 'docs/scaleway.md'), 'utf8')
  const commands = [...text.matchAll(/^npx chestnut (.*)$/gm)].map(([, words = '']) => words)
  assert.ok(commands.length >= 6)
  await provider.create(await order('DEV1-S', 'ba9876543210'))
  for (const words of commands) {
    if (rentsItself(words)) continue
    // A person who was asked said yes.
    const flags = words === 'machines guard' ? ['--yes'] : []
    await folder.succeeds(...words.split(' '), ...flags)
  }
  assert.deepEqual(await control('GET', '/_fake/billable'), [])
})

/** What runs a stage elsewhere has a journey of its own. */
function rentsItself(words: string): boolean {
  return words.includes(' --on ')
}

async function order(type: string, of: string = run): Promise<Order> {
  const [offer] = await provider.offers({ type })
  assert.ok(offer)
  const now = await provider.now()
  const marks = { owner: 'journey', run: of, deadline: now + 15 * 60_000, limit: now + 3_600_000 }
  return { offer, stage: 'train', marks, cloudInit: '#cloud-config\n', authorizedKey: 'ssh-ed25519 AAAA' }
}

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${process.env['SCW_API_URL']}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

/** Asks until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isSo()); asked++) {
    if (asked > 2_000) throw new Error('It never came to pass')
    await new Promise(resolve => {
      setTimeout(resolve, 20)
    })
  }
}
