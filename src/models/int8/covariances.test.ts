import assert from 'node:assert/strict'
import test from 'node:test'
import { elements, floats } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { withOutputs } from '../../graph/index.ts'
import { imageInput } from '../network.ts'
import { covariances } from './covariances.ts'
import { smallImages, smallNet } from './nets.test.fixture.ts'

const engine = onnxRuntime()

test('channels before a convolution of one pixel: their covariance over all places of all films', async () => {
  const count = 11
  const graph = smallNet('mobilenet')
  const all = smallImages(count)
  const each = elements(all.shape.slice(1))
  const films = {
    count,
    images: async (indices: readonly number[]) => ({
      ...all,
      shape: [indices.length, ...all.shape.slice(1)],
      data: floats(all).slice(indices[0]! * each, (indices.at(-1)! + 1) * each),
    }),
  }
  const found = await covariances(graph, films, { engine, threads: 1 })
  assert.equal(found.size, 1)
  const [[name, covariance]] = [...found] as [[string, Float64Array]]
  await using program = await engine.load(withOutputs(graph, [name]), { threads: 1 })
  const value = (await program.run({ [imageInput]: all }))[name]!
  const [, channels = 0, ...spatial] = value.shape
  const area = elements(spatial)
  const rows = Array.from({ length: channels }, (_, c) =>
    Array.from({ length: count * area }, (_, i) => {
      return floats(value)[(Math.floor(i / area) * channels + c) * area + (i % area)]!
    }),
  )
  const means = rows.map(row => row.reduce((sum, x) => sum + x, 0) / row.length)
  for (const [a, first] of rows.entries()) {
    for (const [b, second] of rows.entries()) {
      const wanted = first.reduce((sum, x, i) => sum + (x - means[a]!) * (second[i]! - means[b]!), 0) / first.length
      assert.ok(Math.abs(covariance[a * channels + b]! - wanted) < 1e-4, `${a}, ${b}`)
    }
  }
})

test('without such a convolution nothing is run', async () => {
  const films = { count: 1, images: () => assert.fail('no film is wanted') }
  assert.equal((await covariances(smallNet('vgg'), films, { engine })).size, 0)
})
