import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noProgress, Problem } from '../../core/index.ts'
import { memoryJournal, type Provider, type Resource } from '../../machines/index.ts'
import { parseConfig } from '../config.ts'
import type { Machines } from '../machines.ts'
import type { Workspace } from '../workspace.ts'
import { machinesLeft } from './machines-left.ts'

const now = Date.parse('2026-01-01T12:00:00.000Z')
const workspace = { config: parseConfig({}), progress: noProgress } as unknown as Workspace
const own = 'aaaaaaaaaaaa'

function server(run: string, changes: { owner?: string; deadline?: number } = {}): Resource {
  const { owner = 'pneumonia', deadline = now + 3600_000 } = changes
  const resource: Partial<Resource> = {
    kind: 'server',
    name: `chestnut-train-${run}`,
    state: 'running',
    created: now - 60_000,
    pricePerHour: 1,
    marks: { owner, run, deadline, limit: deadline } as NonNullable<Resource['marks']>,
  }
  return resource as Resource
}

function machines(...providers: readonly Partial<Provider>[]): Machines {
  return { journal: memoryJournal(), places: () => ({ providers, closed: [] }) } as unknown as Machines
}

const provider = (name: string, ...resources: readonly Resource[]): Partial<Provider> => ({
  name,
  now: async () => now,
  list: async () => resources,
})

const runs = [{ format: 'chestnut.remote-run/1', run: own, stage: 'train', key: 'k', on: 'gpu' }] as const

test('what this change rented and what is overdue is left; what others rented is named', async () => {
  const found = await machinesLeft(
    workspace,
    machines(
      provider('one', server(own), server('bbbbbbbbbbbb'), server('cccccccccccc', { owner: 'another-project' })),
      provider('two', server('dddddddddddd', { owner: 'another-project', deadline: now - 1 })),
    ),
    runs,
  )
  assert.deepEqual(found, { left: 2, others: 1, silent: [] })
})

test('where machines are marked by their pull request, all of it are left, whichever push rented them', async context => {
  process.env['CHESTNUT_OWNER'] = 'pneumonia-pr-12'
  context.after(() => delete process.env['CHESTNUT_OWNER'])
  const found = await machinesLeft(
    workspace,
    machines(provider('one', server('bbbbbbbbbbbb', { owner: 'pneumonia-pr-12' }), server('cccccccccccc'))),
    runs,
  )
  assert.deepEqual(found, { left: 1, others: 1, silent: [] })
})

test('a provider that does not answer is silent, and the others are asked all the same', async () => {
  const list = async (): Promise<never> => Promise.reject(new Problem('Cannot list: no key'))
  const found = await machinesLeft(
    workspace,
    machines({ ...provider('one'), list }, provider('two', server(own))),
    runs,
  )
  assert.deepEqual(found, { left: 1, others: 0, silent: ['one'] })
})

test('a place that has no key here is told as one that could not be asked', async () => {
  const closed = [new Problem('Cannot ask Scaleway: there is no key')]
  const places = () => ({ providers: [provider('two', server(own)) as Provider], closed })
  const found = await machinesLeft(workspace, { ...machines(), places }, runs)
  assert.deepEqual(found, { left: 1, others: 0, silent: ['a place without its key here'] })
})
