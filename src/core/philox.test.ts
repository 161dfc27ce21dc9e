import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { highProduct, philox } from './philox.ts'

/** The known answers that the authors publish with Random123 (tests/kat_vectors, philox4x32 10): counter, key, result. */
const knownAnswers = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const

function words(text: string): number[] {
  return text.split(' ').map(word => Number.parseInt(word, 16))
}

for (const [counter, key, result] of knownAnswers) {
  test(`philox() turns ${counter} into the published words`, () => {
    const block = Uint32Array.from(words(counter))
    const [key0 = 0, key1 = 0] = words(key)
    philox(block, key0, key1)
    assert.deepEqual([...block], words(result))
  })
}

test('highProduct() is exact for all pairs of 32-bit numbers', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(highProduct(a, b), Number((BigInt(a) * BigInt(b)) >> 32n))
    }),
  )
  assert.equal(highProduct(2 ** 32 - 1, 2 ** 32 - 1), 2 ** 32 - 2)
})
