import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { needNamespaces } from '../src/testing/index.ts'
import { bootingCloud, environmentOf } from './cloud/booting-cloud.ts'
import { projectFolder, tinyConfig } from './project-folder.ts'

test('a server of mine is powered on for a stage and off after it, keeps nothing of it, and is never destroyed', {
  skip: needNamespaces(),
}, async () => {
  const left: (readonly string[])[] = []
  await using cloud = await bootingCloud(home => {
    const runs = join(home, '.chestnut-runs')
    left.push(existsSync(runs) ? readdirSync(runs) : ['no run was here'])
  })
  const id = cloud.addServer({ name: 'mine', zone: 'fr-par-1', type: 'DEV1-S', tags: ['mine'] })
  const config = tinyConfig
    .replace('{ defineConfig,', '{ defineConfig, existing,')
    .replace('  train:', `  machines: { mine: existing({ id: '${id}', zone: 'fr-par-1' }) },\n  train:`)
  await using folder = await projectFolder({ 'chestnut.config.ts': config }, environmentOf(cloud))
  await using other = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  const there = JSON.parse((await folder.succeeds('train', '--on', 'mine', '--yes', '--json')).out) as Kept
  const here = JSON.parse((await other.succeeds('train', '--json')).out) as Kept
  assert.deepEqual(there.outputs, here.outputs)
  assert.equal(there.machine.rented, 'scaleway DEV1-S')
  assert.deepEqual(left, [[]])
  assert.deepEqual(
    cloud.billable().filter(({ kind }) => kind === 'server'),
    [],
  )
  assert.ok(!cloud.calls.includes('deleteServer'))
  const { machines } = JSON.parse((await folder.succeeds('machines', 'list', '--json')).out) as { machines: unknown }
  assert.deepEqual(machines, [])
})

interface Kept {
  readonly outputs: unknown
  readonly machine: { readonly rented?: string }
}
