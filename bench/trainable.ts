import { float32, random } from '../src/core/index.ts'
import { build, encode, ints } from '../src/graph/index.ts'
import { type Network, network } from '../src/models/index.ts'
import type { Examples } from '../src/train/index.ts'
import { memoryExamples } from '../src/train/memory-examples.test.fixture.ts'

/** The demo's network. */
export function smallVgg(size: number, widths: readonly number[] = [16, 32, 64, 128]): Network {
  return network({
    backbone: { kind: 'vgg-small', size, widths },
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

/** The guide's head, on a frozen part that only brings the shape along. */
export function guideHead(): Network {
  const b = build('patches')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, 28, 28] })
  const filters = b.weight('filters', float32([512, 1, 4, 4], random(1, 'filters').fill(new Float32Array(512 * 16))))
  b.output(b.node('Conv', [image, filters], { kernel_shape: ints([4, 4]), strides: ints([4, 4]) }))
  return network({
    backbone: { kind: 'onnx', path: 'patches.onnx', contract: { size: 28, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head: { kind: 'dense' },
    classes: ['Pneumonia'],
    seed: 1,
  })
}

/** Films of noise [indices, channels, size, size], every other one positive. */
export function noise(count: number, size: number, channels = 1): Examples {
  const pixels = random(1, 'noise').fill(new Float32Array(count * channels * size * size))
  return memoryExamples(float32([count, channels, size, size], pixels))
}
