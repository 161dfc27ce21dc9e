import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { systemClock } from '../core/index.ts'
import type { Service, Supervisor } from './supervisor.ts'
import { until } from './until.ts'

export interface ContractOptions {
  /** Why the tests cannot run here. */
  readonly skip?: string | false
  /** Where folders for services may be made. Default: the one for temporary files. */
  readonly parent?: string
}

/**
 * What every supervisor promises, as tests; the machine is this computer.
 *
 * @param open makes one that has no services
 */
export function supervisorContract(
  name: string,
  open: (context: TestContext, folder: string) => Promise<Supervisor>,
  { skip = false, parent = tmpdir() }: ContractOptions = {},
): void {
  describe(`${name} is a supervisor`, { skip }, () => {
    test('a service runs from its start to its end, with its secrets, in its folder', async context => {
      const { supervisor, folder, service } = await opened(context, open, parent)
      assert.equal(await supervisor.isRunning('one'), false)
      const secrets = join(folder, 'secrets')
      await writeFile(secrets, 'TOKEN="a \\"quoted\\" \\$word \\\\ \\`here\\` \'too\'"\n')
      await chmod(secrets, 0o600)
      await supervisor.start({ ...service, secrets })
      assert.equal(await supervisor.isRunning('one'), true)
      const told = JSON.parse(await contentOf(join(folder, 'started'))) as Record<string, unknown>
      assert.deepEqual(told, {
        token: 'a "quoted" $word \\ `here` \'too\'',
        folder,
        words: ['a b', '$HOME', '%h', '"'],
      })
      await supervisor.stop('one')
      assert.equal(await supervisor.isRunning('one'), false)
      assert.equal(await readFile(join(folder, 'ended'), 'utf8'), 'after SIGTERM', 'it was asked, and waited for')
    })

    test('one of the same name is ended before it starts again, with its new command', async context => {
      const { supervisor, folder, service } = await opened(context, open, parent)
      await supervisor.start(service)
      await contentOf(join(folder, 'started'))
      await rm(join(folder, 'started'))
      await supervisor.start({ ...service, command: [...service.command, 'new'] })
      assert.equal(await readFile(join(folder, 'ended'), 'utf8'), 'after SIGTERM')
      assert.match(await contentOf(join(folder, 'started')), /"new"/)
      await supervisor.stop('one')
    })

    test('services do not know each other, and ending one that is not there is no error', async context => {
      const { supervisor, folder, service } = await opened(context, open, parent)
      await supervisor.start(service)
      await contentOf(join(folder, 'started'))
      await supervisor.stop('another')
      assert.deepEqual([await supervisor.isRunning('one'), await supervisor.isRunning('another')], [true, false])
      await supervisor.stop('one')
      await supervisor.stop('one')
    })

    test('the log of a service can be read by a command', async context => {
      const { supervisor } = await opened(context, open, parent)
      assert.match(supervisor.log('one'), /one/)
    })
  })
}

/** Tells how it was started, and takes a moment to end when it is asked to. */
const program = `
const { writeFileSync, renameSync } = require('node:fs')
process.on('SIGTERM', () => setTimeout(() => { writeFileSync('ended', 'after SIGTERM'); process.exit(0) }, 150))
writeFileSync('started.partial', JSON.stringify({ token: process.env.TOKEN, folder: process.cwd(), words: process.argv.slice(1) }))
renameSync('started.partial', 'started')
setInterval(() => undefined, 1000)`

async function opened(
  context: TestContext,
  open: (context: TestContext, folder: string) => Promise<Supervisor>,
  parent: string,
): Promise<{ readonly supervisor: Supervisor; readonly folder: string; readonly service: Service }> {
  const folder = await mkdtemp(join(parent, 'chestnut-supervisor-'))
  const supervisor = await open(context, folder)
  context.after(async () => {
    await supervisor.stop('one')
    await rm(folder, { recursive: true, force: true })
  })
  await supervisor.prepare([folder])
  const command = [process.execPath, '-e', program, 'a b', '$HOME', '%h', '"']
  return { supervisor, folder, service: { name: 'one', command, folder, writes: [folder] } }
}

/** What is in a file, once it is there. */
async function contentOf(path: string): Promise<string> {
  const read = (): Promise<string> => readFile(path, 'utf8').catch(() => '')
  assert.ok(
    await until(async () => (await read()) !== '', { clock: systemClock, atMost: 10_000 }),
    `${path} never came`,
  )
  return read()
}
