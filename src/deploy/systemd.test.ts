import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Answer } from '../machines/index.ts'
import { need } from '../testing/needs.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { caddy } from './caddy.ts'
import { localShell, type Shell } from './shell.ts'
import { supervisorContract } from './supervisor.contract.ts'
import type { Service } from './supervisor.ts'
import { systemd, unitText } from './systemd.ts'

const skip = need({ command: 'systemd-analyze', install: 'apt-get install systemd' })

// It makes a user and units on the computer that it runs on, so nothing but a person asks for it.
const asked = process.env['CHESTNUT_TRY_SYSTEMD'] === 'yes'
supervisorContract('systemd', async () => systemd(localShell()), {
  skip: !asked && 'needs systemd as the first process, root, and CHESTNUT_TRY_SYSTEMD=yes',
  parent: '/var/lib',
})

const odd: Service = {
  name: 'server-blue',
  command: ['/usr/bin/env', 'A=b', 'two words', '"', '\\', '$HOME', '%n'],
  folder: '/var/lib/with 100%',
  writes: ['/var/lib/with 100%', '/tmp'],
  secrets: '/etc/hostname',
}

test('systemd takes the units as they are written', { skip }, context => {
  const folder = temporaryFolder(context)
  const proxy: Service = {
    name: 'proxy',
    command: caddy.command('/bin/true', '/tmp'),
    folder: '/tmp',
    writes: ['/tmp'],
    lowPorts: true,
  }
  for (const service of [odd, proxy]) {
    const unit = join(folder, `chestnut-${service.name}.service`)
    writeFileSync(unit, unitText(service))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--generators=no', unit], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stderr, /chestnut-/)
  }
})

test('systemd finds a fault in a unit that has one', { skip }, context => {
  const unit = join(temporaryFolder(context), 'chestnut-server-blue.service')
  writeFileSync(unit, unitText(odd).replace('"/usr/bin/env"', '"/nowhere/at/all"'))
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--generators=no', unit], {
    encoding: 'utf8',
  })
  assert.notEqual(status, 0)
  assert.match(stderr, /nowhere/)
})

test('systemd thinks little of what the server could do to its machine', { skip }, context => {
  const unit = join(temporaryFolder(context), 'chestnut-server-blue.service')
  writeFileSync(unit, unitText({ ...odd, command: ['/bin/true'] }))
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
    encoding: 'utf8',
  })
  const [, exposure = '10'] = /exposure level.*: ([0-9.]+) /.exec(stdout) ?? []
  assert.ok(Number(exposure) < 5, stdout.slice(-300))
})

test('a service is written, read anew, enabled and started, in this order; secrets are not in the unit', async () => {
  const run: (readonly string[])[] = []
  const answer: Answer = { status: 0, lines: [], errors: [] }
  const shell: Shell = {
    run: async (words, { input } = {}) => {
      run.push([...words.slice(3), ...(input === undefined ? [] : [input])])
      return answer
    },
    upload: async () => undefined,
  }
  await systemd(shell).start({
    name: 'server-blue',
    command: ['/bin/true'],
    folder: '/',
    writes: [],
    secrets: '/s/environment',
  })
  const [unit, ...calls] = run.map(words => words.slice(1))
  assert.equal(unit?.[0], '/etc/systemd/system/chestnut-server-blue.service')
  assert.match(unit?.[1] ?? '', /^EnvironmentFile=\/s\/environment$/m)
  assert.deepEqual(calls, [
    ['daemon-reload'],
    ['--quiet', 'enable', 'chestnut-server-blue.service'],
    ['restart', 'chestnut-server-blue.service'],
  ])
})
