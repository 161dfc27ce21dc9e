import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from './random.ts'

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Pearson's χ² of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = mean(counts)
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)))
  const deviation = (values: readonly number[], centre: number): number =>
    Math.sqrt(mean(values.map(value => (value - centre) ** 2)))
  return covariance / (deviation(a, meanA) * deviation(b, meanB))
}

test('random() repeats for the same seed and place', () => {
  const again = (): number[] => draws(9, random(7, 'augment', 3, 12).uniform)
  assert.deepEqual(again(), again())
})

test('random() gives what it always gave: splits and weights that are kept depend on it', () => {
  assert.deepEqual(draws(4, drawFrom(42)), [563, 349, 503, 15])
})

function drawFrom(seed: number): () => number {
  const { integer } = random(seed, 'split')
  return () => integer(1000)
}

test('random() differs between seeds, also those that differ above 32 bits or by sign', () => {
  const firsts = [1, 2, 2 ** 32 + 1, 2 ** 40, -1, 0].map(seed => random(seed).uniform())
  assert.equal(new Set(firsts).size, firsts.length)
})

test('random() refuses a seed that is no whole number', () => {
  assert.throws(() => random(0.5), RangeError)
  assert.throws(() => random(Number.NaN), RangeError)
})

test('random() differs between a hundred thousand places', () => {
  const firsts = new Set<number>()
  for (let film = 0; film < 100_000; film++) firsts.add(random(1, 'augment', film, 0).integer(2 ** 32 - 1))
  // Of 10⁵ draws from 2³² about one pair is equal by chance.
  assert.ok(firsts.size > 99_990, `${firsts.size} different ones`)
})

test('random() tells numbers from texts and parts from their joint', () => {
  const firsts = [['a', 'b'], ['ab'], ['a,b'], [1], ['1'], [12], [1, 2]].map(place => random(1, ...place).uniform())
  assert.equal(new Set(firsts).size, firsts.length)
})

test('uniform() falls evenly into a thousand bins', () => {
  const counts = new Array<number>(1000).fill(0)
  const { uniform } = random(3, 'bins')
  for (let i = 0; i < 1_000_000; i++) counts[Math.floor(uniform() * 1000)]!++
  // 999 degrees of freedom: mean 999, standard deviation 45.
  assert.ok(Math.abs(chiSquare(counts) - 999) < 5 * 45, `χ² = ${chiSquare(counts)}`)
})

test('the first numbers of neighbouring places are even and do not depend on one another', () => {
  const firsts = draws(20_000, () => 0).map((_, place) => random(3, 'film', place).uniform())
  assert.ok(Math.abs(mean(firsts) - 0.5) < 0.01)
  assert.ok(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1))) < 0.03)
})

test('numbers that follow one another, and those of two seeds, do not depend on one another', () => {
  const one = random(1, 'x')
  const two = random(2, 'x')
  const first = draws(50_000, one.uniform)
  assert.ok(Math.abs(correlation(first.slice(1), first.slice(0, -1))) < 0.02)
  assert.ok(Math.abs(correlation(first, draws(50_000, two.uniform))) < 0.02)
})

test('normal() has mean 0, deviation 1 and the tails of the normal distribution', () => {
  const values = draws(100_000, random(5, 'normal').normal)
  assert.ok(Math.abs(mean(values)) < 0.015)
  assert.ok(Math.abs(mean(values.map(value => value ** 2)) - 1) < 0.025)
  const beyond = mean(values.map(value => (Math.abs(value) > 1.959964 ? 1 : 0)))
  assert.ok(Math.abs(beyond - 0.05) < 0.004, `${beyond} beyond 1.96`)
  assert.ok(values.every(Number.isFinite))
})

test('integer() gives each number equally often', () => {
  const counts = new Array<number>(7).fill(0)
  const { integer } = random(11, 'dice')
  for (let i = 0; i < 70_000; i++) counts[integer(7)]!++
  assert.ok(chiSquare(counts) < 30, counts.join(' '))
})

test('integer() refuses bounds that it cannot keep', () => {
  const { integer } = random(1)
  for (const below of [0, -1, 1.5, 2 ** 32, Number.NaN]) assert.throws(() => integer(below), RangeError)
  assert.equal(integer(1), 0)
})

test('shuffle() keeps the items and puts each anywhere equally often', () => {
  const { shuffle } = random(13, 'shuffle')
  const items = [0, 1, 2, 3]
  const places = new Array<number>(4).fill(0)
  for (let i = 0; i < 20_000; i++) {
    const shuffled = shuffle(items)
    assert.deepEqual([...shuffled].sort(), items)
    places[shuffled.indexOf(0)]!++
  }
  assert.deepEqual(items, [0, 1, 2, 3])
  assert.ok(chiSquare(places) < 20, places.join(' '))
})

test('fill() stays below 1 in float32, and goes on where it ended', () => {
  const whole = random(17, 'mask').fill(new Float32Array(100_000))
  assert.ok(whole.every(value => value >= 0 && value < 1))
  assert.ok(Math.abs(mean([...whole]) - 0.5) < 0.005)
  const parts = random(17, 'mask')
  assert.deepEqual([...parts.fill(new Float32Array(5)), ...parts.fill(new Float32Array(5))], [...whole.slice(0, 10)])
})
