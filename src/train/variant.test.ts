import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { variantAt, variantInEpoch } from './variant.ts'

test('every so many epochs a film is seen in each of its variants once', () => {
  const cases = fc.record({
    seed: fc.nat(),
    film: fc.nat(),
    variants: fc.integer({ min: 1, max: 12 }),
    round: fc.nat({ max: 20 }),
  })
  fc.assert(
    fc.property(cases, ({ seed, film, variants, round }) => {
      const seen = Array.from({ length: variants }, (_, i) =>
        variantInEpoch(seed, film, round * variants + i + 1, variants),
      )
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: variants }, (_, i) => i),
      )
    }),
  )
})

test('films go through their variants in orders of their own, which the seed decides', () => {
  const ofFilm = (seed: number, film: number): string =>
    Array.from({ length: 16 }, (_, i) => variantInEpoch(seed, film, i + 1, 8)).join()
  const orders = new Set(Array.from({ length: 50 }, (_, film) => ofFilm(1, film)))
  assert.equal(orders.size, 50)
  assert.equal(ofFilm(1, 3), ofFilm(1, 3))
  assert.notEqual(ofFilm(1, 3), ofFilm(2, 3))
})

test('variants are counted film after film', () => {
  const counted = Array.from({ length: 6 }, (_, row) => variantAt(row, 3))
  assert.deepEqual(
    counted.map(({ film, variant }) => [film, variant]),
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ],
  )
})
