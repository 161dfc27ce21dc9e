import { float32, random, sha256 } from '../core/index.ts'
import { build, encode, ints } from '../graph/index.ts'
import { contract } from '../imaging/index.ts'
import { type HeadSpec, type Network, network } from '../models/index.ts'
import type { Augmentation } from './augmentation.ts'
import { filmExamples } from './film-examples.ts'
import type { Examples } from './plan.ts'
import { sidedFilm } from './sided-films.test.fixture.ts'

export const size = 8
const wanted = contract({ size, channels: 1 })
export const changes: Augmentation = { rotate: 15, brightness: 0.1 }

export interface Watched extends Examples {
  /** Films that were asked for. */
  asked(): number
}

/** @param films by their numbers, which stand for their contents */
export function examplesOf(films: readonly number[], augmentation?: Augmentation): Watched {
  let asked = 0
  const examples = filmExamples({
    count: films.length,
    film: index => {
      asked++
      return sidedFilm(films[index]!, { seed: 11, size })
    },
    contract: wanted,
    labels: Float32Array.from(films, number => number % 2),
    seed: 5,
    digest: index => sha256(`film ${films[index]}`),
    augmentation,
  })
  return { ...examples, asked: () => asked }
}

/** A head on a frozen convolution. */
export function frozenNetwork(head: HeadSpec = { kind: 'dense', units: [6], dropout: [0.2, 0.1] }): Network {
  const b = build('frozen')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const values = Float32Array.from({ length: 5 * 9 }, random(5, 'filters').normal)
  const convolved = b.node('Conv', [image, b.weight('filters', float32([5, 1, 3, 3], values))], {
    kernel_shape: ints([3, 3]),
  })
  b.output(b.node('Relu', [convolved]))
  return network({
    backbone: { kind: 'onnx', path: 'frozen.onnx', contract: { size, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head,
    classes: ['Pneumonia'],
    seed: 3,
  })
}
