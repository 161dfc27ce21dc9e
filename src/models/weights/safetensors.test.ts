import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../core/index.ts'
import { assertTensors, fixture, type Wanted, wantedIn } from './fixtures.test.fixture.ts'
import { checkJson } from './json-check.ts'
import { readWeights } from './read-weights.ts'

const wanted = wantedIn<{ readonly tensors: Wanted }>('torch.json')

test('a file of the safetensors library gives the tensors that were written', async () => {
  const { format, tensors } = await readWeights(fixture('state.safetensors'), 'state.safetensors')
  assert.equal(format, 'safetensors')
  assertTensors(tensors, wanted['state.safetensors']!.tensors)
})

/** A file with any header. */
function file(header: unknown, data = new Uint8Array(16), length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

const f32 = (from: number, to: number, shape = [(to - from) / 4]): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [from, to],
})

const hostile: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['overlapping tensors', file({ a: f32(0, 12), b: f32(8, 16) }), /"b" overlaps "a"/],
  ['two tensors in one place', file({ a: f32(0, 16), b: f32(0, 16) }), /"b" overlaps "a"/],
  ['a gap', file({ a: f32(0, 4), b: f32(8, 16) }), /before "b" there are 4 bytes that belong to nothing/],
  ['bytes behind the last tensor', file({ a: f32(0, 12) }), /its last 4 bytes belong to nothing/],
  ['a tensor beyond the end', file({ a: f32(0, 64) }), /"a" ends at byte 64 of 16/],
  ['a place that ends before it begins', file({ a: f32(16, 0, [4]) }), /"a" of type float32 .* lies in -16 bytes/],
  ['a shape of another size', file({ a: f32(0, 16, [5]) }), /shape \[5\] lies in 16 bytes/],
  ['a shape whose size overflows', file({ a: f32(0, 16, [2 ** 31, 2 ** 31]) }), /lies in 16 bytes/],
  ['a negative size', file({ a: f32(0, 16, [-4]) }), /not made of whole numbers/],
  ['half a place', file({ a: { dtype: 'F32', shape: [4], data_offsets: [0] } }), /not made of whole numbers/],
  ['an unknown type', file({ a: { dtype: 'F8_E4M3', shape: [16], data_offsets: [0, 16] } }), /of type "F8_E4M3"/],
  ['a type out of the prototype', file({ a: { dtype: 'toString', shape: [], data_offsets: [0, 16] } }), /of type/],
  ['a name twice', file(`{"a":${JSON.stringify(f32(0, 16))},"a":${JSON.stringify(f32(0, 16))}}`), /has "a" twice/],
  ['a name twice, once escaped', file(`{"a":${JSON.stringify(f32(0, 16))},"\\u0061":{}}`), /has "a" twice/],
  ['an endless header', file({ a: f32(0, 16) }, undefined, 2n ** 63n), /header claims 9223372036854776000 bytes/],
  ['a header just too long', file({}, undefined, 100_000_001n), /100000000 are the format's limit/],
  ['a header longer than the file', file({ a: f32(0, 16) }, undefined, 5000n), /damaged or was cut off/],
  ['a header that is no JSON', file('{"a": '), /no JSON object/],
  ['a header that is not UTF-8', file('{"a": 1}').fill(0xff, 10, 12), /no JSON object in UTF-8/],
  ['an entry that is no object', file({ a: 1 }), /says nothing of "a"/],
]

for (const [what, bytes, reason] of hostile) {
  test(`${what} is refused`, async () => {
    await assert.rejects(readWeights(bytes, 'x.safetensors'), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /^Cannot read the weights "x.safetensors": /)
      assert.match(error.message, reason)
      return true
    })
  })
}

test('a name like one of the prototype is a name', async () => {
  const { tensors } = await readWeights(file(`{"__proto__":${JSON.stringify(f32(0, 16))}}`), 'x')
  assert.deepEqual(Object.keys(tensors), ['__proto__'])
})

test('of a JSON text a repeated key is found wherever it is, and nothing else', () => {
  const check = (text: string): void => checkJson(text, { depth: 100, keys: 10_000, unique: true })
  fc.assert(fc.property(fc.json(), check))
  assert.throws(() => check('{"a":{"b":1,"b":2}}'), /"b" twice/)
  assert.throws(() => check('[{"a":"}"},{"a":1,"c":{"a":1},"a":2}]'), /"a" twice/)
  assert.throws(() => check('{"a\\\\":1,"a\\\\" : 2}'), /twice/)
  check('{"a":"\\"a\\":","b":["a","a"]}')
})

test('headers of twenty megabytes that would keep JSON.parse busy for minutes are refused soon', async () => {
  const size = 20_000_000
  for (const [text, reason] of [
    [`{"a":${'['.repeat(size)}`, /more than 4 levels deep/],
    [`{${'"k":1,'.repeat(1_000_000)}`, /"k" twice/],
    [`{${Array.from({ length: 400_001 }, (_, i) => `"${i}":1`).join()}}`, /more than 400000 keys/],
    [`{"__metadata__":{"a":"${'x'.repeat(size)}`, /no JSON object/],
  ] as const) {
    const start = performance.now()
    await assert.rejects(readWeights(file(text), 'x'), reason)
    assert.ok(performance.now() - start < 20_000)
  }
})
