import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { packageRoot, systemClock } from '../src/core/index.ts'
import { localShell, type Machine, rent } from '../src/machines/index.ts'
import { openMachines, parseConfig } from '../src/project/index.ts'
import { fileStore } from '../src/store/index.ts'
import { temporaryFolder } from '../src/testing/temporary-folder.ts'

const main = join(packageRoot(), 'dist', 'src', 'cli', 'main.js')
const run = '0123456789ab'

test('a machine of this computer is listed, kept by the sweep, and stopped with all that runs on it', async context => {
  const { folder, machine } = await rented(context)
  const shell = localShell(machine, join(folder, '.chestnut', 'machines'))
  const ended = shell.run([process.execPath, '-e', 'setInterval(() => {}, 1000)'], { timeout: 600_000 })
  const list = await chestnut(folder, 'machines', 'list', '--json')
  const [listed] = JSON.parse(list.out).machines
  assert.deepEqual(
    [listed.run, listed.stage, listed.owner, listed.isOverdue, listed.euros, listed.has],
    [run, 'train', 'pneumonia', false, 0, ['server']],
  )
  const swept = await chestnut(folder, 'machines', 'sweep')
  assert.match(swept.out, /Nothing is overdue\.\n1 run is within the deadline/)
  const stopped = await chestnut(folder, 'machines', 'stop', machine.name)
  assert.equal(stopped.out, `destroyed ${machine.name}\n`)
  assert.equal((await ended).status, 128 + constants.signals.SIGKILL)
  assert.match((await chestnut(folder, 'machines', 'list')).out, /^Nothing is rented\.\n\d{4}-\d\d: €0\.00 so far/)
})

test('what is not there cannot be stopped, and that is said', async context => {
  const folder = temporaryFolder(context)
  for (const words of [[], ['nothing'], [run]]) {
    const { code, errors } = await chestnut(folder, 'machines', 'stop', ...words)
    assert.equal(code, 2)
    assert.match(errors, /^error Cannot stop .+\nnext: npx chestnut machines list\n$/)
  }
  assert.equal((await chestnut(folder, 'machines', 'stop', '--all')).out, 'Nothing is rented.\n')
})

test('a place without a key keeps no machine elsewhere from being listed, swept and stopped, and is told', async context => {
  const { folder, machine } = await rented(context, ', far: scaleway({ gpus: 1 })')
  const list = await chestnut(folder, 'machines', 'list')
  assert.match(list.out, new RegExp(machine.name))
  const swept = await chestnut(folder, 'machines', 'sweep')
  assert.match(swept.out, /1 run is within the deadline/)
  const named = await chestnut(folder, 'machines', 'stop', 'ffffffffffff')
  assert.match(named.errors, /"ffffffffffff": it was not found where one could look/)
  const stopped = await chestnut(folder, 'machines', 'stop', '--all')
  assert.equal(stopped.out, `destroyed ${machine.name}\n`)
  for (const { code, errors } of [list, swept, named, stopped]) {
    assert.equal(code, 1)
    assert.match(errors, /Cannot use Scaleway: "SCW_ACCESS_KEY" is not set/)
  }
})

async function rented(
  context: TestContext,
  others = '',
): Promise<{ readonly folder: string; readonly machine: Machine }> {
  const folder = temporaryFolder(context)
  writeFileSync(
    join(folder, 'chestnut.config.ts'),
    `import { defineConfig, local, scaleway } from 'chestnut'\nexport default defineConfig({ machines: { gpu: local()${others} } })\n`,
  )
  const config = parseConfig({ machines: { gpu: { kind: 'local' } } })
  const { journal, caps, provider } = openMachines(config, folder, {
    clock: systemClock,
    store: fileStore(join(folder, '.chestnut', 'store')),
  })
  context.after(() => provider('gpu').destroy(run))
  const machine = await rent({
    provider: provider('gpu'),
    journal,
    caps,
    clock: systemClock,
    owner: config.name,
    run,
    stage: 'train',
    by: 'test',
    need: {},
    cloudInit: '',
    authorizedKey: '',
  })
  return { folder, machine }
}

async function chestnut(folder: string, ...words: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SCW_')))
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder,
    env: { ...env, SCW_CONFIG_PATH: join(folder, 'none.yaml') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const [code] = await once(child, 'close')
  return { code, out, errors }
}
