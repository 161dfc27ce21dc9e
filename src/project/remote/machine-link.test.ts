import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, type ProgressEvent } from '../../core/index.ts'
import { LinkLost, localShell, type Machine } from '../../machines/index.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type MachineLink, patiently } from './machine-link.ts'

const machine = { id: 'one', marks: { run: '0123456789ab' } } as unknown as Machine

function tried(folder: string, fails: (attempt: number) => Error | undefined) {
  const clock = fakeClock({ hurries: true })
  const told: ProgressEvent[] = []
  const link: MachineLink = { folder, isHere: true, connected: async () => localShell(machine, folder) }
  const around = {
    clock,
    signal: new AbortController().signal,
    progress: (event: ProgressEvent) => void told.push(event),
  }
  let attempts = 0
  const work = async (): Promise<number> => {
    const error = fails(++attempts)
    if (error !== undefined) throw error
    return attempts
  }
  return { clock, told, run: (isPassing?: (error: unknown) => boolean) => patiently(link, around, work, isPassing) }
}

test('what was cut is done again, and each cut is told', async context => {
  const { run, told } = tried(temporaryFolder(context), attempt =>
    attempt < 30 ? new LinkLost('it was cut') : undefined,
  )
  assert.equal(await run(), 30)
  assert.equal(told.length, 29)
  assert.deepEqual(told[0], { kind: 'warning', text: 'it was cut; trying again' })
})

test('it is given up after fifteen minutes, and at once where nothing can pass', async context => {
  const forever = tried(temporaryFolder(context), () => new LinkLost('it was cut'))
  const start = forever.clock.now()
  await assert.rejects(forever.run(), LinkLost)
  const minutes = (forever.clock.now() - start) / 60_000
  assert.ok(minutes >= 15 && minutes < 15.2, `${minutes}`)
  const broken = tried(temporaryFolder(context), () => new Problem('it is broken'))
  await assert.rejects(broken.run(), { message: 'it is broken' })
  assert.deepEqual(broken.told, [])
})

test('a full disk that has room again costs nothing', async context => {
  const { run } = tried(temporaryFolder(context), attempt =>
    attempt < 5 ? new Problem('the disk is full') : undefined,
  )
  assert.equal(await run(error => error instanceof Problem), 5)
})
