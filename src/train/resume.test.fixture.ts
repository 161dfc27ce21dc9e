/** Small trainings that hold everything that a checkpoint must carry, for the tests of going on. */
import { adam, elements, float32, floats, random, sgd, type Tensor, type Tensors } from '../core/index.ts'
import { build, encode, float, ints, withWeights } from '../graph/index.ts'
import { contract } from '../imaging/index.ts'
import { type Network, network } from '../models/index.ts'
import { filmExamples } from './film-examples.ts'
import type { EpochRecord, Examples, Plan, TrainData, Trained } from './plan.ts'
import { sidedFilm } from './sided-films.test.fixture.ts'

const size = 8
const seen = contract({ size, channels: 1, range: [-1, 1] })

function examples(count: number, seed: number, augmented: boolean): Examples {
  return filmExamples({
    count,
    film: index => sidedFilm(index, { seed, size }),
    contract: seen,
    labels: Float32Array.from({ length: count }, (_, i) => i % 2),
    augmentation: augmented ? { rotate: 10, shift: 0.1, brightness: 0.1 } : undefined,
    seed,
  })
}

const dataOf = (augmented: boolean): TrainData => ({
  training: examples(40, 1, augmented),
  validation: examples(26, 2, false),
})

function drawn(name: string, ...shape: readonly number[]): Tensor {
  const draw = random(11, name)
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => draw.normal() / 3),
  )
}

/** Two convolutions with batch normalisation. @param weights other values for some of its weights */
function backbone(weights: Tensors): Uint8Array {
  const b = build('norms')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const block = (from: string, name: string, channels: number): string => {
    const filters = b.weight(`${name}/filters`, drawn(name, 4, channels, 3, 3))
    const convolved = b.node('Conv', [from, filters], { pads: ints([1, 1, 1, 1]) }, { name: `${name}/convolved` })
    const statistics = [1, 0, 0, 1].map((value, at) =>
      b.weight(`${name}/norm${at}`, float32([4], new Float32Array(4).fill(value))),
    )
    const normal = b.node('BatchNormalization', [convolved, ...statistics], { momentum: float(0.8) })
    return b.node('Relu', [normal], {}, { name: `${name}/relu` })
  }
  b.output(block(block(image, 'first', 1), 'second', 4))
  return encode(withWeights(b.finish(), weights))
}

function onFile(changes: { readonly trains: boolean; readonly weights?: Tensors }): Network {
  return network({
    backbone: {
      kind: 'onnx',
      path: 'norms.onnx',
      contract: { size, channels: 1, range: [-1, 1] },
      ...(changes.trains ? { trainFrom: 'first/relu', batchNorm: 'train' as const } : {}),
    },
    backboneBytes: backbone(changes.weights ?? {}),
    head: changes.trains ? { kind: 'dense', units: [6], dropout: [0.5, 0.3] } : { kind: 'linear' },
    classes: ['Pneumonia'],
    seed: 3,
  })
}

/** A linear layer on the frozen backbone, some of whose weights are others. */
export function drawnBackbone(weights: Tensors): Network {
  return onFile({ trains: false, weights })
}

export interface ResumeCase {
  readonly plan: Plan
  readonly data: TrainData
}

const common = { epochs: 3, batch: 9, seed: 5, patience: 2 } as const

export const resumeCases: Readonly<Record<string, () => ResumeCase>> = {
  /** Features are computed once and standardised; a linear layer learns. */
  frozen: () => ({
    plan: {
      ...common,
      network: onFile({ trains: false }),
      optimizer: sgd({ momentum: 0.9 }),
      rate: { kind: 'cosine', rate: 0.1, warmUp: 1 },
    },
    data: dataOf(false),
  }),
  /** A frozen convolution on films that change; behind it batch normalisation learns, and layers drop out. */
  tail: () => ({
    plan: {
      ...common,
      network: onFile({ trains: true }),
      optimizer: adam({ amsgrad: true }),
      // The rate falls after each epoch that is no better, so that the history decides.
      rate: { kind: 'plateau', rate: 0.05, patience: 0, factor: 0.5 },
      clip: { norm: 1 },
    },
    data: dataOf(true),
  }),
  /** Everything learns, from the film on. */
  scratch: () => ({
    plan: {
      ...common,
      network: network({
        backbone: { kind: 'vgg-small', size, widths: [4, 8] },
        head: { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
        classes: ['Pneumonia'],
        seed: 3,
      }),
      optimizer: adam(),
      rate: { kind: 'constant', rate: 0.01 },
    },
    data: dataOf(true),
  }),
}

export interface ResultBits {
  readonly weights: readonly string[]
  readonly history: readonly EpochRecord[]
  readonly bestEpoch: number
}

/** All that a training gives, to the last bit. */
export function bitsOf({ network: { graph }, history, bestEpoch }: Trained): ResultBits {
  const weights = Object.entries(graph.weights).filter(([, { dtype }]) => dtype === 'float32')
  const hex = (value: Tensor): string => {
    const { buffer, byteOffset, byteLength } = floats(value)
    return Buffer.from(buffer, byteOffset, byteLength).toString('hex')
  }
  return { weights: weights.map(([name, value]) => `${name} ${hex(value)}`), history, bestEpoch }
}
