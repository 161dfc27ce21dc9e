import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { bootstrapClustered, ratesClustered, resampledAuroc } from './index.ts'

const clusters = ['a', 'a', 'b', 'c', 'c', 'c', 'd', 'e']
const labels = [1, 1, 0, 0, 1, 0, 1, 0]
const scores = [3, 2, 1, 2, 5, 0, 4, 3]

test('bootstrapClustered() keeps the films of a patient together', () => {
  bootstrapClustered(
    clusters,
    indices => {
      const times = clusters.map((_, i) => indices.filter(index => index === i).length)
      assert.equal(times[0], times[1])
      assert.equal(times[3], times[5])
      return indices.length
    },
    { seed: 1, draws: 50 },
  )
})

test('bootstrapClustered() gives the same interval for the same seed, and another for another', () => {
  const run = (seed: number): unknown =>
    bootstrapClustered(clusters, resampledAuroc(scores, labels), { seed, draws: 60 })
  assert.deepEqual(run(4), run(4))
  assert.notDeepEqual(run(4), run(5))
})

test('bootstrapClustered() counts the resamples that hold one class only', () => {
  const { draws, skipped } = bootstrapClustered(['a', 'b'], resampledAuroc([1, 2], [0, 1]), { seed: 2, draws: 400 })
  assert.equal(draws + skipped, 400)
  // Both patients are drawn in half of the resamples.
  assert.ok(skipped > 150 && skipped < 250, `${skipped} skipped`)
})

test('bootstrapClustered() says so when no resample can be judged', () => {
  assert.throws(
    () => bootstrapClustered(['a', 'a'], resampledAuroc([1, 2], [1, 1]), { seed: 1, draws: 20 }),
    /none of 20 resamples gave a number/,
  )
})

test('bootstrapped 95% intervals hold a mean in about 95% of simulated sets of clustered values', () => {
  const sets = 150
  let held = 0
  for (let seed = 0; seed < sets; seed++) {
    const draw = random(seed, 'bootstrap test')
    const effects = Array.from({ length: 50 }, () => draw.normal())
    const patients = Array.from({ length: 150 }, (_, i) => i % 50)
    const values = patients.map(patient => effects[patient]! + draw.normal())
    const mean = (indices: Int32Array): number => indices.reduce((sum, i) => sum + values[i]!, 0) / indices.length
    const { low, high } = bootstrapClustered(patients.map(String), mean, { seed, draws: 300 })
    if (low <= 0 && 0 <= high) held++
  }
  assert.ok(held / sets > 0.88 && held / sets < 0.99, `${held} of ${sets}`)
})

test('ratesClustered() gives rates with intervals around them, and Wilson where resampling shows no spread', () => {
  const rates = ratesClustered({ scores, labels, clusters }, 2, { seed: 1, draws: 200 })
  assert.equal(rates.sensitivity!.value, 1)
  assert.ok(rates.sensitivity!.low < 0.7, 'four of four is no certainty')
  assert.equal(rates.specificity!.value, 0.5)
  assert.ok(rates.specificity!.low < 0.5 && rates.specificity!.high > 0.5)
})

test('ratesClustered() leaves out what nothing is there to divide by', () => {
  const rates = ratesClustered({ scores, labels, clusters }, 100, { seed: 1, draws: 50 })
  assert.equal(rates.ppv, undefined)
  assert.equal(rates.sensitivity!.value, 0)
})
