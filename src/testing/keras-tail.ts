import { elements, float32, floats, kerasAdam, type Tensor, type Tensors } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { build, encode, ints, withWeights } from '../graph/index.ts'
import { type Network, network } from '../models/index.ts'
import { shuffledBatches } from '../train/batches.ts'
import { type Examples, type Features, pickFilms, train } from '../train/index.ts'
import { drawn } from './drawn-weights.ts'
import { memoryFeatures } from './memory-features.ts'

/** Steps of Adam that are compared. */
export const tailSteps = 10
const seed = 5

/** A tensor of the tail: its name in Chestnut's network, and the reach of the even numbers that it starts with. */
interface TailTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly reach: number
}

const kernel = (inputs: number, outputs: number): number => Math.sqrt(6 / (inputs + outputs))
const bias = 0.01

/** Which tail, and how much it is given. */
export interface TailSize {
  /** Channels of its convolution. The guide's has 512. */
  readonly width: number
  /** Films a step. The guide's is 64. */
  readonly batch: number
}

/**
 * What the guide trains: block5_conv3 of VGG16, block5_pool, flatten, dense 1024, 512, 256 and 1; with `width` 512 these are 28.8
 * million weights. A narrower tail has all of them in proportion. `keras-tail.py` begins with the same numbers.
 */
export function tailTensors(width: number): readonly TailTensor[] {
  const dense = (at: string, inputs: number, outputs: number): readonly TailTensor[] => [
    { name: `head/${at}/weight`, shape: [outputs, inputs], reach: kernel(inputs, outputs) },
    { name: `head/${at}/bias`, shape: [outputs], reach: bias },
  ]
  return [
    { name: 'block5_conv3/weight', shape: [width, width, 3, 3], reach: Math.sqrt(6 / (9 * width)) },
    { name: 'block5_conv3/bias', shape: [width], reach: bias },
    ...dense('dense1', 49 * width, 2 * width),
    ...dense('dense2', 2 * width, width),
    ...dense('dense3', width, width / 2),
    ...dense('logits', width / 2, 1),
  ]
}

export function startOf({ name, shape, reach }: TailTensor): Tensor {
  return float32(shape, drawn(name, elements(shape), 0, reach))
}

export interface TailRun {
  readonly losses: readonly number[]
  readonly parameters: Tensors
}

/**
 * Ten steps of the guide's optimizer through `train()`, as a project's training takes them: one epoch over ten batches of drawn
 * features and labels, without dropout.
 */
export async function trainTail(size: TailSize): Promise<TailRun> {
  const films = rowsInOrder(size)
  const first = { ...films, count: 1, labels: films.labels.slice(0, 1), mask: films.mask.slice(0, 1) }
  const losses: number[] = []
  let parameters: Tensors = {}
  const events = train(
    {
      network: tail(size.width),
      optimizer: kerasAdam(),
      rate: { kind: 'constant', rate: 1e-4 },
      epochs: 1,
      batch: size.batch,
      seed,
      patience: 1,
    },
    {
      training: films,
      validation: first,
      features: {
        training: films.features,
        validation: pickFilms(films.features, [0]),
      },
    },
    { engine: onnxRuntime() },
  )
  for await (const event of events) {
    if (event.kind === 'step') losses.push(event.loss)
    if (event.kind === 'best') parameters = event.parameters
  }
  return { losses, parameters }
}

/** The guide's head on the one layer that it trains, which stands on a frozen part that is never run. */
function tail(width: number): Network {
  const tensors = tailTensors(width)
  const b = build('tail')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, 14, 14] })
  const filters = b.weight('filters', float32([width, 1, 1, 1], new Float32Array(width)))
  const features = b.node('Conv', [image, filters], { kernel_shape: ints([1, 1]) }, { name: 'block5_conv2' })
  const weight = b.weight('block5_conv3/weight', startOf(tensors[0]!))
  const shift = b.weight('block5_conv3/bias', startOf(tensors[1]!))
  const same = { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) }
  const convolved = b.node('Relu', [b.node('Conv', [features, weight, shift], same)])
  b.output(b.node('MaxPool', [convolved], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }))
  const made = network({
    backbone: {
      kind: 'onnx',
      path: 'tail.onnx',
      contract: { size: 14, channels: 1 },
      trainFrom: 'block5_conv2',
    },
    backboneBytes: encode(b.finish()),
    head: { kind: 'dense', units: [2 * width, width, width / 2], dropout: [] },
    classes: ['Pneumonia'],
    seed,
  })
  const starts = tensors.map(tensor => [tensor.name, startOf(tensor)] as const)
  return { ...made, graph: withWeights(made.graph, Object.fromEntries(starts)) }
}

/** Films that lie where the training's shuffle looks for them, so that it meets them in the order in which they are drawn. */
function rowsInOrder({ width, batch }: TailSize): Examples & { readonly features: Features } {
  const count = tailSteps * batch
  const shape = [width, 14, 14]
  const each = elements(shape)
  const order = shuffledBatches({ count, size: batch, seed, epoch: 1 }).flat()
  const numbers = drawn('features', count * each)
  const answers = drawn('labels', count)
  const values = new Float32Array(count * each)
  const labels = new Float32Array(count)
  for (const [row, place] of order.entries()) {
    for (let i = 0; i < each; i++) values[place * each + i] = Math.max(0, numbers[row * each + i]!)
    labels[place] = Number(answers[row]! > 0)
  }
  const images = (): Promise<Tensor> => Promise.reject(new Error('The features are known: no film is looked at'))
  return {
    count,
    labels,
    mask: new Float32Array(count).fill(1),
    fixed: true,
    images,
    features: memoryFeatures([values], shape),
  }
}

/** How far two versions of one tensor lie apart after the steps. */
export interface TailDistance {
  /** Largest |Δ|, of the tensor's largest value. */
  readonly largest: number
  /** Of what training changed: the norm of Δ, of the norm of the change. */
  readonly update: number
}

/** @param places which values of the tensor `wanted` holds. Default: all */
export function tailDistance(
  tensor: TailTensor,
  found: Tensor,
  wanted: ArrayLike<number>,
  places?: readonly number[],
): TailDistance {
  const [start, end] = [floats(startOf(tensor)), floats(found)]
  let [most, apart, changed] = [0, 0, 0]
  for (let i = 0; i < wanted.length; i++) {
    const place = places === undefined ? i : places[i]!
    const difference = end[place]! - wanted[i]!
    most = Math.max(most, Math.abs(difference))
    apart += difference ** 2
    changed += (wanted[i]! - start[place]!) ** 2
  }
  const largest = end.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  return { largest: most / largest, update: Math.sqrt(apart / changed) }
}
