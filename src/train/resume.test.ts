import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interrupted } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { memoryStore, type Store } from '../store/index.ts'
import type { Checkpoints } from './checkpoint.ts'
import type { TrainData, TrainEvent, Trained, TrainTools } from './plan.ts'
import { bitsOf, type ResultBits, resumeCases } from './resume.test.fixture.ts'
import { storeCheckpoints } from './store-checkpoints.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const engine = onnxRuntime()

/** A checkpoint between any two steps. */
function eager(store: Store): Checkpoints {
  return storeCheckpoints({ store, of: '0'.repeat(64), machine: 'this one', mostLost: 0 })
}

interface Run {
  readonly trained: Trained | undefined
  readonly events: readonly TrainEvent[]
}

/** @param stop ends the run by leaving it, as a killed process does, but for what is being written */
async function run(name: string, tools: Partial<TrainTools>, stop?: (event: TrainEvent) => boolean): Promise<Run> {
  const { plan, data } = resumeCases[name]!()
  const events: TrainEvent[] = []
  const running = train(plan, data, { engine, threads: 1, ...tools })
  for (;;) {
    const next = await running.next()
    if (next.done) return { trained: next.value, events }
    events.push(next.value)
    if (!stop?.(next.value)) continue
    await running.return(undefined as never)
    return { trained: undefined, events }
  }
}

const whole = new Map<string, ResultBits>()
async function uninterrupted(name: string): Promise<ResultBits> {
  const known = whole.get(name) ?? bitsOf((await run(name, {})).trained!)
  whole.set(name, known)
  return known
}

for (const name of Object.keys(resumeCases)) {
  test(`train() of "${name}" that stops after every fifth step ends with the bits of one that never stopped`, async () => {
    const store = memoryStore()
    let steps = 0
    for (let runs = 1; ; runs++) {
      const { trained, events } = await run(name, { checkpoints: eager(store) }, ({ kind }) => {
        if (kind === 'step') steps++
        return kind === 'step' && steps % 5 === 0
      })
      assert.ok(runs === 1 || events.some(({ kind }) => kind === 'resumed'))
      if (trained === undefined) continue
      assert.deepEqual(bitsOf(trained), await uninterrupted(name))
      assert.ok(runs > 3, `${runs} runs`)
      break
    }
  })
}

test('train() that is interrupted while it judges goes on with the films that were not judged yet', async () => {
  const store = memoryStore()
  const controller = new AbortController()
  const { plan, data } = resumeCases['scratch']!()
  const asked: number[][] = []
  const watched = (stopAt: number): TrainData => ({
    ...data,
    validation: {
      ...data.validation,
      images: (indices, draw) => {
        asked.push([...indices])
        if (asked.length === stopAt) controller.abort()
        return data.validation.images(indices, draw)
      },
    },
  })
  // The sixth batch is asked for before the fifth, which is the second of epoch 2, is judged.
  const interrupted = train(plan, watched(6), {
    engine,
    threads: 1,
    checkpoints: eager(store),
    signal: controller.signal,
  })
  await assert.rejects(async () => {
    for await (const _ of interrupted);
  }, Interrupted)
  asked.length = 0
  const events: TrainEvent[] = []
  const again = train(plan, watched(0), { engine, threads: 1, checkpoints: eager(store) })
  assert.deepEqual(bitsOf(await toEnd(again, event => events.push(event))), await uninterrupted('scratch'))
  assert.deepEqual(
    { ...events[0], spent: 0 },
    {
      kind: 'resumed',
      place: { epoch: 2, step: 5, judged: 9 },
      steps: 5,
      ended: false,
      spent: 0,
    },
  )
  assert.deepEqual(
    asked.map(([first]) => first),
    [9, 18, 0, 9, 18],
  )
})

test('train() keeps its result, so that whoever asks again need not train', async () => {
  const store = memoryStore()
  const first = await run('frozen', { checkpoints: eager(store) })
  const second = await run('frozen', {
    checkpoints: eager(store),
    engine: { name: 'none', load: () => Promise.reject(new Error('nothing is to be computed')) },
  })
  assert.deepEqual(
    second.events.map(({ kind }) => kind),
    ['resumed'],
  )
  assert.deepEqual(bitsOf(second.trained!), bitsOf(first.trained!))
})

test('train() that is asked to stop finishes its step, keeps a checkpoint, and goes on at the next step', async () => {
  const store = memoryStore()
  const lazy = (): Checkpoints => storeCheckpoints({ store, of: '0'.repeat(64), machine: 'this one' })
  const controller = new AbortController()
  const events: TrainEvent[] = []
  const { plan, data } = resumeCases['tail']!()
  const tools = { engine, threads: 1, checkpoints: lazy(), signal: controller.signal }
  await assert.rejects(async () => {
    for await (const event of train(plan, data, tools)) {
      events.push(event)
      if (event.kind === 'step' && event.epoch === 2 && event.step === 3) controller.abort()
    }
  }, Interrupted)
  const place = { epoch: 2, step: 3, judged: 0 }
  assert.deepEqual(events.at(-1), { kind: 'kept', place })
  const again = await run('tail', { checkpoints: lazy() })
  assert.deepEqual({ ...again.events[0], spent: 0 }, { kind: 'resumed', place, steps: 5, ended: false, spent: 0 })
  assert.deepEqual(bitsOf(again.trained!), await uninterrupted('tail'))
})

test('train() takes the choices of the training that it goes on with, whatever its own plan says', async () => {
  const store = memoryStore()
  const { plan, data } = resumeCases['frozen']!()
  const chosen = { ...plan, choices: { convolution: 'winograd' } }
  for await (const event of train(chosen, data, { engine, checkpoints: eager(store) })) {
    if (event.kind === 'step' && event.step === 2) break
  }
  const { checkpoint } = await eager(store).latest()
  assert.deepEqual(checkpoint?.choices, { convolution: 'winograd' })
})
