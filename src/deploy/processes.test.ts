import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { processes } from './processes.ts'
import { localShell } from './shell.ts'
import { supervisorContract } from './supervisor.contract.ts'

supervisorContract('processes', async (_, folder) => processes(localShell(), join(folder, 'services'), 'nobody'))

test('a number that another process got by now is not taken for the service, and never killed', async context => {
  const folder = temporaryFolder(context)
  const supervisor = processes(localShell(), folder, 'nobody')
  const sleeper = ['/bin/sleep', '600']
  await supervisor.start({ name: 'one', command: sleeper, folder, writes: [] })
  context.after(() => supervisor.stop('one'))
  const [pid] = (await readFile(join(folder, 'one', 'pid'), 'utf8')).split(' ')
  await supervisor.prepare([join(folder, 'two')])
  await writeFile(join(folder, 'two', 'pid'), `${pid} 1\n`)
  assert.equal(await supervisor.isRunning('two'), false)
  await supervisor.stop('two')
  assert.equal(await supervisor.isRunning('one'), true)
})
