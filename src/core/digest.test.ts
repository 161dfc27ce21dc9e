import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, digestOf, sha256 } from './digest.ts'

/** The same data with the members of every object put in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reordered(member)]),
  )
}

test('sha256() gives the digests of FIPS 180-4', () => {
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  assert.equal(sha256(new Uint8Array()), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('canonicalJson() does not depend on the order of keys, at any depth', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      assert.equal(canonicalJson(reordered(value)), canonicalJson(value))
    }),
  )
})

test('canonicalJson() is JSON of equal data', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('canonicalJson() leaves out undefined members and keeps the order of arrays', () => {
  assert.equal(canonicalJson({ b: [3, 1], a: undefined, A: { d: 1, c: null } }), '{"A":{"c":null,"d":1},"b":[3,1]}')
})

test('canonicalJson() refuses what is no data', () => {
  assert.throws(() => canonicalJson(undefined), TypeError)
  assert.throws(() => canonicalJson(() => 1), TypeError)
})

test('digestOf() differs for data that differ', () => {
  assert.notEqual(digestOf({ a: 1 }), digestOf({ a: '1' }))
  assert.notEqual(digestOf([1, [2]]), digestOf([[1], 2]))
  assert.equal(digestOf({ a: 1, b: 2 }), digestOf({ b: 2, a: 1 }))
})
