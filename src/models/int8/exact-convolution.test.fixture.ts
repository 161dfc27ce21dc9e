import { elements, numbers, random, scalar, type Tensor, tensor } from '../../core/index.ts'
import { type Graph, int, intOf, ints, intsOf } from '../../graph/index.ts'
import { type Pairing, pairingOf, quantiseFilters } from './filters.ts'

/** One convolution, large in its numbers. */
export interface HardCase {
  readonly name: string
  /** [F, C / group, k, k] */
  readonly weight: readonly [number, number, number, number]
  readonly group?: number
  readonly stride?: number
  /** Side of the image. */
  readonly size: number
}

/** Each of the ways that ONNX Runtime takes: channels by fours, depthwise, groups, one pixel, and those that fit none. */
export const hardCases: readonly HardCase[] = [
  { name: 'three by three, 16 to 24 channels', weight: [24, 16, 3, 3], size: 9 },
  { name: 'one by one, 64 to 16 channels', weight: [16, 64, 1, 1], size: 7 },
  { name: 'stride two, 8 to 32 channels', weight: [32, 8, 3, 3], size: 11, stride: 2 },
  { name: 'odd channels', weight: [16, 3, 3, 3], size: 9 },
  { name: 'few filters', weight: [5, 6, 3, 3], size: 6 },
  { name: 'two groups', weight: [16, 8, 3, 3], group: 2, size: 6 },
  { name: 'depthwise by sixteens', weight: [32, 1, 3, 3], group: 32, size: 9 },
  { name: 'depthwise of five', weight: [5, 1, 3, 3], group: 5, size: 6 },
  { name: 'one pixel', weight: [32, 36, 1, 1], size: 1 },
]

const image = 'image'
const form = { scale: 0.02, zeroPoint: 3 }
const outcome = { scale: 30, zeroPoint: 90 }

/** A QLinearConv of uint8 images that are nearly white, with weights that are nearly all as large as can be. */
export function hardGraph(one: HardCase, pairing?: Pairing): Graph {
  const draw = random(5, one.name)
  const [filters, channels] = one.weight
  const group = one.group ?? 1
  const values = Float32Array.from({ length: elements(one.weight) }, () => {
    const size = 1 - draw.uniform() / 10
    return draw.uniform() < 0.8 ? size : -size
  })
  const weight = tensor('float32', one.weight, values)
  const rounded = quantiseFilters(weight, pairing ?? pairingOf(weight, group), new Float64Array(filters))
  const bias = Int32Array.from({ length: filters }, () => draw.integer(20000) - 10000)
  const shape = ['N', channels * group, one.size, one.size]
  const stride = one.stride ?? 1
  const pad = one.weight[2] >> 1
  return {
    name: one.name,
    opset: 17,
    inputs: [{ name: image, dtype: 'uint8', shape }],
    outputs: [{ name: 'result', dtype: 'uint8', shape: ['N', filters, '?', '?'] }],
    nodes: [
      {
        op: 'QLinearConv',
        inputs: [image, 'scale', 'zero', 'filters', 'scales', 'zeros', 'out', 'outZero', 'bias'],
        outputs: ['result'],
        attributes: { group: int(group), strides: ints([stride, stride]), pads: ints([pad, pad, pad, pad]) },
      },
    ],
    weights: {
      scale: scalar(form.scale),
      zero: tensor('uint8', [], Uint8Array.of(form.zeroPoint)),
      filters: rounded.weight,
      scales: tensor('float32', [filters], rounded.scales),
      zeros: tensor('int8', [filters], new Int8Array(filters)),
      out: scalar(outcome.scale * channels * one.weight[2] * 0.01),
      outZero: tensor('uint8', [], Uint8Array.of(outcome.zeroPoint)),
      bias: tensor('int32', [filters], bias),
    },
    metadata: {},
  }
}

/** Nearly white, so that products are large. */
export function hardImage(one: HardCase): Tensor {
  const draw = random(6, one.name)
  const shape = [2, one.weight[1] * (one.group ?? 1), one.size, one.size]
  const bytes = Uint8Array.from({ length: elements(shape) }, () => 255 - draw.integer(8))
  return tensor('uint8', shape, bytes)
}

/** What a `hardGraph` gives, in whole numbers that nothing cuts off (the definition of QLinearConv in ONNX). */
export function exactly(graph: Graph, images: Tensor): Uint8Array {
  const [node] = graph.nodes
  const read = (name: string): readonly number[] => numbers(graph.weights[name]!)
  const [filters = 1, perGroup = 1, side = 1] = graph.weights['filters']!.shape
  const [count = 1, channels = 1, size = 1] = images.shape
  const [stride = 1] = intsOf(node!, 'strides') ?? []
  const [pad = 0] = intsOf(node!, 'pads') ?? []
  const group = intOf(node!, 'group', 1)
  const [pixels, weights, bias, scales] = [numbers(images), read('filters'), read('bias'), read('scales')]
  const out = Math.floor((size + 2 * pad - side) / stride) + 1
  const result: number[] = []
  for (let n = 0; n < count; n++) {
    for (let f = 0; f < filters; f++) {
      const first = Math.floor(f / (filters / group)) * perGroup
      for (let y = 0; y < out; y++) {
        for (let x = 0; x < out; x++) {
          let sum = bias[f]!
          for (let c = 0; c < perGroup; c++) {
            for (let v = 0; v < side; v++) {
              for (let u = 0; u < side; u++) {
                const [row, column] = [y * stride + v - pad, x * stride + u - pad]
                if (row < 0 || column < 0 || row >= size || column >= size) continue
                const pixel = pixels[((n * channels + first + c) * size + row) * size + column]!
                sum += (pixel - form.zeroPoint) * weights[((f * perGroup + c) * side + v) * side + u]!
              }
            }
          }
          result.push(requantised(sum, scales[f]!, read('out')[0]!))
        }
      }
    }
  }
  return Uint8Array.from(result)
}

/** In float32, as the runtime does: `round(sum · (image scale · filter scale / output scale))`, halves to even. */
function requantised(sum: number, scale: number, out: number): number {
  const factor = Math.fround(Math.fround(Math.fround(form.scale) * scale) / out)
  const value = Math.fround(Math.fround(sum) * factor)
  const { zeroPoint } = outcome
  return evenRound(Math.min(255 - zeroPoint, Math.max(-zeroPoint, value))) + zeroPoint
}

function evenRound(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
