import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { random } from '../core/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { resumeCases } from './resume.test.fixture.ts'

const fixture = fileURLToPath(new URL('./kill.test.fixture.js', import.meta.url))
const names = Object.keys(resumeCases)

/** A training in a process, with a checkpoint after every step that the disk can follow. */
interface Training {
  readonly child: ChildProcess
  /** Whether it came to its end. */
  readonly ended: Promise<boolean>
  /** A letter for each of its events so far. */
  events(): string
}

interface Place {
  readonly folder: string
  readonly result: string
}

function start(name: string, { folder, result }: Place): Training {
  const child = spawn(process.execPath, [fixture, name, folder, result], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString()
  })
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString()
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    // A kill leaves nothing that would have to be warned of.
    assert.equal(err, '')
    assert.ok(code === 0 || signal === 'SIGKILL', `ended with ${code} by ${signal}`)
    return code === 0
  })
  return { child, ended, events: () => out }
}

const hasResumed = (training: Training): boolean => training.events().startsWith('r')

async function bitsIn({ result }: Place): Promise<unknown> {
  return JSON.parse(await readFile(result, 'utf8'))
}

function newPlace(scratch: string, number: number): Place {
  return { folder: join(scratch, `checkpoints-${number}`), result: join(scratch, `result-${number}.json`) }
}

interface Whole {
  /** What the training gives in one go, without any checkpoint. */
  readonly bits: unknown
  readonly events: number
  /** Milliseconds until its first event. */
  readonly start: number
}

async function wholeOf(name: string, scratch: string): Promise<Whole> {
  const place = { folder: 'none', result: join(scratch, `${name}.json`) }
  const begun = performance.now()
  const training = start(name, place)
  await once(training.child.stdout!, 'data')
  const milliseconds = performance.now() - begun
  assert.ok(await training.ended)
  return { bits: await bitsIn(place), events: training.events().length, start: milliseconds }
}

/** Kills a training some milliseconds after so many events, unless it has ended by then. @returns whether it did */
async function killAfter({ child, ended, events }: Training, count: number, milliseconds: number): Promise<boolean> {
  const over = new AbortController()
  const end = ended.finally(() => over.abort())
  const { signal } = over
  try {
    while (events().length < count) await once(child.stdout!, 'data', { signal })
    await setTimeout(milliseconds, undefined, { signal })
    child.kill('SIGKILL')
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return end
}

test('a training that is killed at 20 random moments, often several times in a row, ends with the bits of one that never was', async context => {
  const scratch = temporaryFolder(context)
  const draw = random(1, 'kill -9')
  const known = new Map<string, Whole>()
  let [kills, resumed] = [0, 0]
  for (let number = 0; kills < 20; number++) {
    const name = names[number % names.length]!
    const whole = known.get(name) ?? (await wholeOf(name, scratch))
    known.set(name, whole)
    const place = newPlace(scratch, number)
    for (let ended = false; !ended; ) {
      // From its very beginning to its end. Who goes on has fewer events to come, so it may well end before.
      const count = draw.integer(whole.events + 1)
      const training = start(name, place)
      ended = await killAfter(training, count, draw.uniform() * (count === 0 ? whole.start : 15))
      if (!ended) kills++
      if (hasResumed(training)) resumed++
    }
    assert.deepEqual(await bitsIn(place), whole.bits, `${name}, after ${kills} kills`)
    assert.deepEqual(existsSync(place.folder) ? readdirSync(place.folder) : [], [])
  }
  assert.ok(resumed >= 10, `${resumed} of ${kills} kills left a checkpoint`)
})

/** What the folder shows in the middle of a write, and between the end of one and the removal of the oldest. */
const moments: Readonly<Record<string, (names: readonly string[]) => boolean>> = {
  'while it writes a checkpoint': found => found.some(name => name.endsWith('.tmp')) && checkpointsIn(found) === 2,
  'before the oldest of three checkpoints is removed': found => checkpointsIn(found) === 3,
}

function checkpointsIn(found: readonly string[]): number {
  return found.filter(name => name.includes('-at-')).length
}

for (const [moment, isNow] of Object.entries(moments)) {
  test(`a training that is killed ${moment} goes on from a whole one`, async context => {
    const scratch = temporaryFolder(context)
    const whole = { folder: 'none', result: join(scratch, 'whole.json') }
    assert.ok(await start('tail', whole).ended)
    const place = newPlace(scratch, 0)
    mkdirSync(place.folder)
    // The moment may be over before the kill arrives: then it is tried again.
    for (let hit = false, tries = 0; !hit; tries++) {
      assert.ok(tries < 30, 'the moment was never hit')
      const training = start('tail', place)
      let over = false
      void training.ended.then(() => {
        over = true
      })
      while (!over && !isNow(readdirSync(place.folder))) await setImmediate()
      training.child.kill('SIGKILL')
      const ended = await training.ended
      hit = isNow(readdirSync(place.folder))
      if (!hit && ended) await rm(place.result)
    }
    const last = start('tail', place)
    assert.ok(await last.ended)
    assert.ok(hasResumed(last))
    assert.deepEqual(await bitsIn(place), await bitsIn(whole))
    assert.deepEqual(readdirSync(place.folder), [])
  })
}

test('two trainings of the same in one folder disturb nothing: both end with the bits of one alone', async context => {
  const scratch = temporaryFolder(context)
  const places = [0, 1].map(number => ({ ...newPlace(scratch, number), folder: join(scratch, 'shared') }))
  const whole = { folder: 'none', result: join(scratch, 'whole.json') }
  assert.ok(await start('scratch', whole).ended)
  const both = await Promise.all(places.map(place => start('scratch', place).ended))
  assert.deepEqual(both, [true, true])
  for (const place of places) assert.deepEqual(await bitsIn(place), await bitsIn(whole))
})
