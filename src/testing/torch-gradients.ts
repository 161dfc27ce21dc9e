import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { addLoss, differentiate, gradientName } from '../autodiff/index.ts'
import { binaryCrossEntropy, elements, float32, packageRoot, sgd, type Tensor, type Tensors } from '../core/index.ts'
import { onnxRuntime, type Program } from '../engine/index.ts'
import { decode, foldShapes, type Graph, liftConstants, simplify, withOutputs, withWeights } from '../graph/index.ts'
import { drawn } from './drawn-weights.ts'

/** Exports of torchvision with what PyTorch's autograd says of them; `-train` normalises with the statistics of the batch. */
export const torchNetworks = [
  'vgg16',
  'resnet50',
  'resnet50-train',
  'densenet121',
  'mobilenet-v3',
  'convnext-tiny',
  'vit-b-16',
] as const

/** One tensor of the network, and for those that learn what PyTorch finds in float64. */
interface TorchWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly middle: number
  readonly reach: number
  /** Largest |gradient|. */
  readonly largest?: number
  /** L2 norm of the gradient. */
  readonly norm?: number
  /** Largest distance of PyTorch's float32 gradient from its float64 one, of `largest`. */
  readonly rounding?: number
  /** How many entries of the gradient are stored. */
  readonly entries?: number
}

interface TorchFacts {
  readonly batch: number
  readonly training: boolean
  readonly image: string
  readonly labels: string
  readonly loss: number
  /** The learning rate of the descent whose losses are stored: plain SGD in float32. */
  readonly rate: number
  readonly losses: readonly number[]
  readonly weights: readonly TorchWeight[]
  /** The first numbers of running statistics after one step. */
  readonly running: readonly { readonly name: string; readonly values: readonly number[] }[]
  readonly gradients: string
}

/** The stored part of one tensor's gradient. */
export interface StoredGradient extends TorchWeight {
  readonly largest: number
  readonly norm: number
  readonly rounding: number
  readonly places: Uint32Array
  readonly values: Float32Array
}

export interface TorchNetwork {
  readonly facts: TorchFacts
  readonly gradients: readonly StoredGradient[]
  /** Forward, loss and the gradients of all tensors that learn. */
  readonly training: Graph
  /** Names of inputs. */
  readonly parameters: readonly string[]
  /** Running statistic (an input) → its next value (an output). */
  readonly state: Readonly<Record<string, string>>
  /** Image, labels and mask. */
  readonly inputs: Tensors
  /** Draws every tensor of the network. */
  readonly weights: () => Tensors
}

const side = 64

export function torchNetwork(name: (typeof torchNetworks)[number]): TorchNetwork {
  const folder = join(packageRoot(), 'src', 'autodiff', 'fixtures', 'torch-gradients')
  const read = (file: string): Buffer => gunzipSync(readFileSync(join(folder, file)))
  const facts = JSON.parse(read(`${name}.json.gz`).toString()) as TorchFacts
  const file = simplify(foldShapes(liftConstants(decode(read(`${name}.onnx.gz`)))))
  const state = facts.training ? runningStatistics(file) : {}
  const judged = withOutputs(file, ['logits', ...Object.values(state)])
  const graph = addLoss(judged, binaryCrossEntropy(), { logits: 'logits' })
  const gradients = storedGradients(facts)
  const parameters = gradients.map(({ name }) => name)
  return {
    facts,
    gradients,
    training: differentiate(graph, { loss: 'loss', of: parameters }),
    parameters,
    state,
    inputs: inputsOf(facts),
    weights: () => Object.fromEntries(facts.weights.map(of => [of.name, weightOf(of)])),
  }
}

function weightOf({ name, shape, middle, reach }: TorchWeight): Tensor {
  return float32(shape, drawn(name, elements(shape), middle, reach))
}

function runningStatistics(graph: Graph): Readonly<Record<string, string>> {
  const pairs = graph.nodes.flatMap(node =>
    node.op === 'BatchNormalization' && node.outputs.length === 3
      ? [
          [node.inputs[3]!, node.outputs[1]!],
          [node.inputs[4]!, node.outputs[2]!],
        ]
      : [],
  )
  return Object.fromEntries(pairs)
}

function inputsOf({ batch, image, labels }: TorchFacts): Tensors {
  const classes = 10
  return {
    image: float32([batch, 3, side, side], drawn(image, batch * 3 * side * side, 0, Math.sqrt(3))),
    labels: float32(
      [batch, classes],
      drawn(labels, batch * classes).map(value => Number(value > 0)),
    ),
    mask: float32([batch, classes], new Float32Array(batch * classes).fill(1)),
  }
}

function storedGradients({ weights, gradients }: TorchFacts): readonly StoredGradient[] {
  const bytes = Uint8Array.from(Buffer.from(gradients, 'base64')).buffer
  let at = 0
  return weights.flatMap(of => {
    const { entries, largest, norm, rounding } = of
    if (entries === undefined || largest === undefined || norm === undefined || rounding === undefined) return []
    const places = new Uint32Array(bytes, at, entries)
    const values = new Float32Array(bytes, at + 4 * entries, entries)
    at += 8 * entries
    return [{ ...of, largest, norm, rounding, places, values }]
  })
}

/** The network in ONNX Runtime, as training loads it: with plain SGD, its weights drawn. */
export function loadTorchNetwork({ training, parameters, state, weights }: TorchNetwork): Promise<Program> {
  const drawn_ = weights()
  const pick = (names: readonly string[]): Tensors => Object.fromEntries(names.map(name => [name, drawn_[name]!]))
  const fixed = Object.keys(drawn_).filter(name => !parameters.includes(name) && !(name in state))
  const gradients = Object.fromEntries(parameters.map(parameter => [parameter, gradientName(parameter)]))
  return onnxRuntime().load(withWeights(training, pick(fixed)), {
    state,
    update: { optimizer: sgd(), gradients },
    initial: pick([...parameters, ...Object.keys(state)]),
  })
}
