import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { float32, numbers, type Tensor, tensor } from '../core/index.ts'
import { build } from '../graph/index.ts'
import { frozenSource } from './batch-source.ts'
import { type FrozenPart, filmsAtATime } from './frozen-part.ts'
import type { Images } from './images.ts'

/** Gives images back as features. */
function echo(features: (image: Tensor) => Tensor = image => image): FrozenPart {
  const none = async (): Promise<void> => undefined
  return {
    graph: build('echo').finish(),
    output: 'features',
    row: () => undefined,
    features: async ({ image }) => features(image!),
    rest: none,
    [Symbol.asyncDispose]: none,
  }
}

function films(count: number, first = 0): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}

const images: Images = async indices => ({ image: float32([indices.length, 1], [...indices]) })

test('a batch goes through the frozen part in groups, and its rows come back in their order', async () => {
  const sizes: number[] = []
  const part = echo(image => {
    sizes.push(image.shape[0]!)
    return image
  })
  const { features } = await frozenSource(images, part).batch(films(2 * filmsAtATime + 1), 1)
  assert.deepEqual([features!.shape, numbers(features!)], [[2 * filmsAtATime + 1, 1], films(2 * filmsAtATime + 1)])
  assert.deepEqual(sizes, [filmsAtATime, filmsAtATime, 1])
})

test('bytes stay bytes', async () => {
  const part = echo(({ shape }) => tensor('uint8', shape, new Uint8Array(shape[0]!).fill(7)))
  const { features } = await frozenSource(images, part).batch(films(filmsAtATime + 2), 1)
  assert.deepEqual(features, tensor('uint8', [filmsAtATime + 2, 1], new Uint8Array(filmsAtATime + 2).fill(7)))
})

test('batches that are asked for at once are made one after the other, also behind one that failed', async () => {
  const asked: number[] = []
  const noting: Images = async (indices, epoch) => {
    asked.push(indices[0]!)
    await setImmediate()
    if (indices[0] === 100) throw new Error('broken')
    return images(indices, epoch)
  }
  const source = frozenSource(noting, echo())
  const batches = [0, 100, 200].map(first => source.batch(films(2 * filmsAtATime, first), 1))
  const results = await Promise.allSettled(batches)
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(
    asked.filter(first => first < 100 || first >= 200),
    [0, filmsAtATime, 200, 200 + filmsAtATime],
  )
})
