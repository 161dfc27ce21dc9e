import { float32, random, type Tensor } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { type Builder, build, type Graph, int, ints } from '../../graph/index.ts'
import { heNormal, ones, zeros } from '../initial-weights.ts'
import { imageInput } from '../network.ts'
import { asConvolutions } from './as-convolutions.ts'
import { observe } from './observe.ts'
import { int8Plan } from './plan.ts'
import type { Measured } from './range.ts'
import { type Stemmed, withStem } from './stem.ts'

const size = 24

/** What a small network of each family puts behind its image. @returns the last value */
type Body = (b: Builder, image: string) => string

function conv(
  b: Builder,
  from: string,
  shape: readonly [number, number, number, number],
  group = 1,
  stride = 1,
): string {
  const [filters, channels, side] = shape
  const name = b.fresh('w')
  const weight = b.weight(name, heNormal(shape, channels * side * side, random(11, name)))
  const bias = b.weight(b.fresh('b'), float32([filters], random(filters).fill(new Float32Array(filters))))
  const pad = side >> 1
  const attributes = { pads: ints([pad, pad, pad, pad]), strides: ints([stride, stride]), group: int(group) }
  return b.node('Conv', [from, weight, bias], attributes)
}

const relu = (b: Builder, from: string): string => b.node('Relu', [from])
const pool = (b: Builder, from: string): string =>
  b.node('MaxPool', [from], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) })

const bodies: Readonly<Record<string, Body>> = {
  vgg: (b, image) => {
    const first = relu(b, conv(b, relu(b, conv(b, image, [16, 3, 3, 3])), [16, 16, 3, 3]))
    return relu(b, conv(b, pool(b, first), [32, 16, 3, 3]))
  },
  mobilenet: (b, image) => {
    const bounds = [b.constant(float32([], [0])), b.constant(float32([], [6]))]
    const clip = (from: string): string => b.node('Clip', [from, ...bounds])
    const first = clip(conv(b, image, [16, 3, 3, 3], 1, 2))
    return clip(conv(b, clip(conv(b, first, [16, 1, 3, 3], 16)), [32, 16, 1, 1]))
  },
  resnet: (b, image) => {
    const first = pool(b, relu(b, conv(b, image, [16, 3, 3, 3])))
    const inner = relu(b, conv(b, first, [16, 16, 3, 3]))
    const sum = relu(b, b.node('Add', [conv(b, inner, [16, 16, 3, 3]), first]))
    const side = conv(b, sum, [32, 16, 1, 1], 1, 2)
    return relu(b, b.node('Add', [conv(b, sum, [32, 16, 3, 3], 1, 2), side]))
  },
  densenet: (b, image) => {
    const first = relu(b, conv(b, image, [16, 3, 3, 3]))
    const layer = (from: string, channels: number): string => {
      const norm = [ones([channels]), zeros([channels]), zeros([channels]), ones([channels])]
      const names = norm.map(value => b.weight(b.fresh('norm'), value))
      const grown = conv(b, relu(b, b.node('BatchNormalization', [from, ...names])), [16, channels, 3, 3])
      return b.node('Concat', [from, grown], { axis: int(1) })
    }
    const block = layer(layer(first, 16), 32)
    const halved = b.node('AveragePool', [block], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) })
    return relu(b, conv(b, halved, [32, 48, 1, 1]))
  },
  'squeeze and excite': (b, image) => {
    const first = relu(b, conv(b, image, [16, 3, 3, 3]))
    const small = relu(b, conv(b, b.node('GlobalAveragePool', [first]), [8, 16, 1, 1]))
    const gate = b.node('Sigmoid', [conv(b, small, [16, 8, 1, 1])])
    return relu(b, conv(b, b.node('Mul', [first, gate]), [32, 16, 3, 3]))
  },
}

export const families: readonly string[] = Object.keys(bodies)

/** A small network of a family with random weights: image [N, 3, 24, 24] → features [N, 32, h, w]. */
export function smallNet(family: string): Graph {
  const b = build(family)
  const image = b.input({ name: imageInput, dtype: 'float32', shape: ['N', 3, size, size] })
  b.output(bodies[family]!(b, image))
  return b.finish()
}

/** Soft noise, and the same for the same number. */
export function smallImages(count: number): Tensor {
  const values = random(2, 'images').fill(new Float32Array(count * 3 * size * size))
  return float32(
    [count, 3, size, size],
    values.map((value, i) => (2 * value - 1) * Math.sin(i / 40)),
  )
}

/** A small network in int8, with ranges from `smallImages`. @param stem convolutions at the beginning that are finer */
export async function smallInInt8(family: string, stem: number): Promise<Stemmed> {
  const plain = asConvolutions(smallNet(family))
  const films = { count: 8, images: async (indices: readonly number[]) => smallImages(indices.length) }
  const seen = await observe(plain, int8Plan(plain).observed, films, { engine: onnxRuntime(), threads: 1 })
  const measured = new Map<string, Measured>(
    [...seen].map(([name, { histogram, channels }]) => [name, { range: histogram.whole, means: channels.means }]),
  )
  return withStem(plain, measured, stem)
}
