import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../core/index.ts'
import { fixture } from './fixtures.test.fixture.ts'
import { readWeights } from './read-weights.ts'

const files = [
  'keras-1.h5',
  'keras-2.hdf5',
  'keras-3.h5',
  'keras-3.weights.h5',
  'keras-3-unnamed.keras',
  'hdf5-1.8.h5',
  'hdf5-arrays.h5',
  'hdf5-latest.h5',
  'state.safetensors',
  'state.pth',
  'state-stream.pth',
  'checkpoint-4.pth',
  'module.pth',
  'external/small.onnx',
]

const seed = 20261126

/** Weights or a sentence, soon, and no more numbers than the file can stand for. */
async function readsOrRefuses(bytes: Uint8Array): Promise<'read' | 'refused'> {
  const start = performance.now()
  try {
    const { tensors } = await readWeights(bytes, 'x')
    const total = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0)
    assert.ok(total <= 16 * bytes.length + (1 << 20), `${total} numbers came from ${bytes.length} bytes`)
    return 'read'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    assert.match(error.message, /^Cannot read the weights "x": ./)
    return 'refused'
  } finally {
    const seconds = (performance.now() - start) / 1000
    assert.ok(seconds < 10, `it took ${seconds} seconds`)
  }
}

for (const name of files) {
  const whole = new Uint8Array(fixture(name))

  test(`${name} cut off anywhere is refused with a sentence`, async () => {
    // Every length near both ends, where the structure lies, and every 61st between.
    for (let length = 0; length < whole.length; length += length < 600 || whole.length - length < 600 ? 1 : 61) {
      assert.equal(await readsOrRefuses(whole.subarray(0, length)), 'refused', `cut after ${length} bytes`)
    }
  })

  test(`${name} with bytes changed gives weights or a sentence`, async () => {
    const place = fc.integer({ min: 0, max: whole.length - 1 })
    const change = fc.tuple(place, fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0x7f, 0x80, 0xff)))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async changes => {
        const bytes = whole.slice()
        for (const [at, value] of changes) bytes[at] = value
        await readsOrRefuses(bytes)
      }),
      { numRuns: 300, seed },
    )
  })

  test(`${name} with parts copied over others gives weights or a sentence`, async () => {
    const place = fc.integer({ min: 0, max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, place, fc.integer({ min: 1, max: 64 }), async (from, to, length) => {
        const bytes = whole.slice()
        bytes.set(whole.subarray(from, from + Math.min(length, whole.length - to)), to)
        await readsOrRefuses(bytes)
      }),
      { numRuns: 150, seed },
    )
  })
}

test('any bytes behind the start of any format give a sentence', async () => {
  const starts = files.map(name => new Uint8Array(fixture(name)).subarray(0, 16))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.nat(16),
      fc.uint8Array({ maxLength: 3000 }),
      async (start, length, rest) => {
        const bytes = new Uint8Array([...start.subarray(0, length), ...rest])
        await readsOrRefuses(bytes)
      },
    ),
    { numRuns: 2000, seed },
  )
})
