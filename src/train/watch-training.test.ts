import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, elements, float32, random } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { network } from '../models/index.ts'
import { memoryExamples } from './memory-examples.test.fixture.ts'
import type { Examples, Plan, TrainEvent } from './plan.ts'
import { train } from './train.ts'

const size = 32

function examples(count: number, fixed: boolean): Examples {
  const shape = [count, 3, size, size]
  return { ...memoryExamples(float32(shape, random(1, 'noise').fill(new Float32Array(elements(shape))))), fixed }
}

const plan: Plan = {
  network: network({
    backbone: {
      kind: 'untrained',
      network: 'vgg11',
      cut: 'block2_pool',
      trainFrom: 'block2_conv1',
      contract: { size },
    },
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 1,
  }),
  optimizer: adam(),
  rate: { kind: 'constant', rate: 1e-3 },
  epochs: 2,
  batch: 4,
  seed: 1,
  patience: 9,
}

test('a training that is asked for it ends with where its time went: parts that add up, and nodes of both parts', async () => {
  const events: TrainEvent[] = []
  const data = { training: examples(10, false), validation: examples(4, true) }
  for await (const event of train(plan, data, { engine: onnxRuntime(), profile: true })) events.push(event)
  const last = events.at(-1)
  assert.ok(last?.kind === 'profile')
  const { steps, total, parts, busy, nodes } = last.profile
  assert.equal(steps, events.filter(({ kind }) => kind === 'step').length)
  const sum = Object.values(parts).reduce((a, b) => a + b)
  assert.ok(Math.abs(sum - total) < 1e-6 && total > 0)
  // The update is told by the host's own clock.
  for (const part of [parts.learning, parts.judging, parts.frozen, parts.films, parts.other]) assert.ok(part >= -5)
  assert.ok(parts.update > 0 && parts.learning > 0)
  assert.ok(busy.frozen >= parts.frozen && busy.films >= parts.films)
  for (const part of ['frozen', 'trained']) {
    assert.ok(
      nodes.some(node => node.part === part && /Conv/.test(node.operator)),
      part,
    )
  }
})
