import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { elements, float32, type Tensor, type Tensors } from '../core/index.ts'
import { Damaged, type ReadTensors, readTensors, type TensorFile, writeTensors } from './tensor-file.ts'

async function bytesOf(file: TensorFile): Promise<Uint8Array> {
  const { stream } = await writeTensors(file)
  return new Uint8Array(await new Response(stream()).arrayBuffer())
}

function read(bytes: Uint8Array, piece = 1000): Promise<ReadTensors> {
  let from = 0
  const stream = new ReadableStream<Uint8Array>({
    pull: controller => {
      if (from >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(from, from + piece))
      from += piece
    },
  })
  return readTensors(stream, bytes.length, () => undefined)
}

const tensors: fc.Arbitrary<Tensors> = fc.dictionary(
  fc.string({ maxLength: 9 }).filter(name => name !== '__proto__'),
  fc
    .record({ shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), wide: fc.boolean(), seed: fc.nat() })
    .map(({ shape, wide, seed }): Tensor => {
      const values = Array.from({ length: elements(shape) }, (_, i) => Math.sin(seed + i) * 10 ** (i % 7))
      return wide ? { dtype: 'float64', shape, data: Float64Array.from(values) } : float32(shape, values)
    }),
  { maxKeys: 4, noNullPrototype: true },
)
const files: fc.Arbitrary<TensorFile> = fc.record({
  header: fc.record({ format: fc.constant('test/1'), text: fc.string(), number: fc.double({ noNaN: true }) }),
  tensors,
})

test('tensors and their header come back as they were written, however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 99 }), async (file, piece) => {
      const found = await read(await bytesOf(file), piece)
      assert.deepEqual(found.tensors, file.tensors)
      const { tensors: _layout, ...header } = found.header
      assert.deepEqual(header, JSON.parse(JSON.stringify(file.header)))
      assert.equal(found.digest, (await writeTensors(file)).digest)
    }),
    { numRuns: 200 },
  )
})

test('any flipped bit, any truncation and anything that was added is noticed', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.nat(), fc.nat({ max: 7 }), fc.nat(), async (file, place, bit, cut) => {
      const bytes = await bytesOf(file)
      const flipped = bytes.slice()
      flipped[place % bytes.length]! ^= 1 << bit
      await assert.rejects(read(flipped), Damaged)
      await assert.rejects(read(bytes.slice(0, cut % bytes.length)), Damaged)
      await assert.rejects(read(Buffer.concat([bytes, bytes.slice(0, 1 + (cut % 9))])), Damaged)
    }),
    { numRuns: 300 },
  )
})

test('the last piece of a large tensor is hashed and read like the first', async () => {
  const values = Float32Array.from({ length: 1_500_000 }, (_, i) => i)
  const bytes = await bytesOf({ header: {}, tensors: { large: float32([values.length], values) } })
  assert.deepEqual((await read(bytes, 1 << 18)).tensors, { large: float32([values.length], values) })
  bytes[bytes.length - 1]! ^= 1
  await assert.rejects(read(bytes, 1 << 18), Damaged)
})

test('a header that asks for more memory than the file has is damaged, and gets none', async () => {
  const bytes = await bytesOf({ header: {}, tensors: { a: float32([1], [1]) } })
  const text = new TextDecoder('latin1').decode(bytes).replace('"shape":[1]', '"shape":[1000000000000]')
  await assert.rejects(read(Buffer.from(text, 'latin1')), Damaged)
})
