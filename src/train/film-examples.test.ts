import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, type Film, tensorOf } from '../imaging/index.ts'
import { filmExamples } from './film-examples.ts'

const wanted = contract({ size: 8, channels: 3, range: [-1, 1] })
const films: readonly Film[] = [0, 1, 2].map(k => ({
  width: 8,
  height: 8,
  pixels: Uint16Array.from({ length: 64 }, (_, i) => (i * 1000 * (k + 1)) % 65536),
}))
const options = {
  count: 3,
  film: (i: number) => films[i]!,
  contract: wanted,
  labels: Float32Array.of(0, 1, 1),
  seed: 7,
}

test('examples without augmentation are the tensors that serving makes, in the order that is asked for', async () => {
  const examples = filmExamples(options)
  assert.ok(examples.fixed)
  assert.deepEqual([...examples.mask], [1, 1, 1])
  const images = await examples.images([2, 0], { epoch: 1 })
  assert.deepEqual(images, await tensorOf([films[2]!, films[0]!], wanted))
})

test('augmented examples change with the epoch and repeat with the seed, whatever batch they come in', async () => {
  const examples = filmExamples({ ...options, augmentation: { rotate: 20, brightness: 0.2 } })
  assert.ok(!examples.fixed)
  const alone = await examples.images([1], { epoch: 1 })
  const together = await examples.images([0, 1], { epoch: 1 })
  assert.deepEqual(alone.data, together.data.slice(3 * 64))
  assert.notDeepEqual(await examples.images([1], { epoch: 2 }), alone)
  const other = filmExamples({ ...options, augmentation: { rotate: 20, brightness: 0.2 }, seed: 8 })
  assert.notDeepEqual(await other.images([1], { epoch: 1 }), alone)
})

test('films and what happens to them come apart too, for a graph that carries it out', async () => {
  const plain = filmExamples(options)
  assert.equal(plain.withChanges, undefined)
  const examples = filmExamples({ ...options, augmentation: { flip: true, shift: 0.1 } })
  const { images, changes } = await examples.withChanges!([2, 0], { epoch: 3 })
  assert.deepEqual(images, await plain.images([2, 0], { epoch: 3 }))
  assert.deepEqual(changes.shape, [2, 10])
  const again = await examples.withChanges!([0], { epoch: 3 })
  assert.deepEqual(again.changes.data, changes.data.slice(10))
  assert.notDeepEqual((await examples.withChanges!([0], { epoch: 4 })).changes, again.changes)
})
