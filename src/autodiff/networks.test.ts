import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  binaryCrossEntropy,
  elements,
  float32,
  numbers,
  random,
  scalar,
  sgd,
  type Tensor,
  type Tensors,
} from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { type Builder, build, check, encode, float, type Graph, int, ints, weightsAsInputs } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { checkGradients } from '../testing/gradient-check.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { addLoss } from './add-loss.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { optimizerNodes } from './optimizer-nodes.ts'

const draw = (name: string, shape: readonly number[], size = 0.5): Tensor => {
  const from = random(3, name)
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => size * from.normal()),
  )
}

interface Network {
  readonly title: string
  readonly input: readonly number[]
  readonly classes: number
  readonly body: (builder: Builder, x: string, weight: (name: string, ...shape: number[]) => string) => string
}

const three = { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) }

const networks: readonly Network[] = [
  {
    title: 'convolutions with overlapping pools',
    input: [1, 9, 9],
    classes: 2,
    body: (b, x, weight) => {
      const first = b.node('Relu', [b.node('Conv', [x, weight('w1', 3, 1, 3, 3), weight('b1', 3)], three)])
      const pooled = b.node('MaxPool', [first], { kernel_shape: ints([3, 3]), strides: ints([2, 2]) })
      const second = b.node('Relu', [b.node('Conv', [pooled, weight('w2', 4, 3, 3, 3), weight('b2', 4)], three)])
      const flat = b.node('Flatten', [b.node('GlobalAveragePool', [second])])
      return b.node('Gemm', [flat, weight('head', 4, 2), weight('bias', 2)])
    },
  },
  {
    title: 'depthwise convolutions with batch normalisation and a residual',
    input: [4, 6, 6],
    classes: 1,
    body: (b, x, weight) => {
      const deep = b.node('Conv', [x, weight('depthwise', 4, 1, 3, 3)], { ...three, group: int(4) })
      const variance = b.weight('variance', float32([4], [0.5, 1, 1.5, 2]))
      const statistics = [weight('scale', 4), weight('shift', 4), weight('mean', 4), variance]
      const normal = b.node('BatchNormalization', [deep, ...statistics], { epsilon: float(1e-3) })
      const bounds = [b.constant(scalar(0)), b.constant(scalar(6))]
      const wide = b.node('Conv', [b.node('Clip', [normal, ...bounds]), weight('pointwise', 4, 4, 1, 1)])
      const sum = b.node('Add', [wide, x])
      const small = b.node('Conv', [sum, weight('down', 3, 4, 3, 3)], { strides: ints([2, 2]) })
      return b.node('Gemm', [b.node('Flatten', [b.node('Tanh', [small])]), weight('head', 12, 1), weight('bias', 1)])
    },
  },
  {
    title: 'dense layers with attention over the features',
    input: [6],
    classes: 3,
    body: (b, x, weight) => {
      const hidden = b.node('Sigmoid', [b.node('Add', [b.node('MatMul', [x, weight('w1', 6, 8)]), weight('b1', 8)])])
      const focus = b.node('Softmax', [b.node('MatMul', [hidden, weight('w2', 8, 8)])], { axis: int(-1) })
      const both = b.node('Concat', [b.node('Mul', [hidden, focus]), b.node('Sqrt', [hidden])], { axis: int(1) })
      return b.node('MatMul', [both, weight('w3', 16, 3)])
    },
  },
]

interface Prepared {
  readonly graph: Graph
  readonly parameters: readonly string[]
  readonly inputs: Tensors
}

function prepare({ title, input, classes, body }: Network): Prepared {
  const builder = build(title)
  const parameters: string[] = []
  const x = builder.input({ name: 'x', dtype: 'float32', shape: ['N', ...input] })
  const logits = body(builder, x, (name, ...shape) => {
    parameters.push(name)
    return builder.weight(name, draw(name, shape))
  })
  builder.output(logits)
  const labels = numbers(draw('labels', [4, classes])).map(value => Number(value > 0))
  const inputs = {
    x: draw('x', [4, ...input], 1),
    labels: float32([4, classes], labels),
    mask: float32(
      [4, classes],
      labels.map((_, at) => Number(at !== 1)),
    ),
  }
  return { graph: addLoss(builder.finish(), binaryCrossEntropy(), { logits }), parameters, inputs }
}

for (const network of networks) {
  const { graph, parameters, inputs } = prepare(network)
  const training = differentiate(graph, { loss: 'loss', of: parameters })

  test(`every weight of ${network.title} has the slope of central differences`, () => {
    checkGradients(graph, { of: parameters, inputs, relative: 2e-6 })
  })

  test(`ONNX Runtime trains ${network.title} as the reference does`, async () => {
    const [found, wanted] = [await runOnnx(training, inputs), interpret(training, inputs)]
    for (const name of ['loss', ...parameters.map(gradientName)]) {
      allClose(found[name]!, wanted[name]!, { relative: 1e-5, name })
    }
  })

  test(`the loss of ${network.title} falls when the graph updates its own weights`, () => {
    const { trained, state } = withUpdates(training, parameters)
    const momenta = Object.keys(state).filter(name => name.endsWith('/momentum'))
    let values: Record<string, Tensor> = Object.fromEntries(parameters.map(name => [name, graph.weights[name]!]))
    for (const name of momenta) {
      const { shape } = trained.inputs.find(input => input.name === name)!
      values[name] = float32(shape.map(Number), new Float32Array(elements(shape.map(Number))))
    }
    const losses: number[] = []
    for (let step = 1; step <= 12; step++) {
      const results = interpret(trained, { ...inputs, ...values, rate: scalar(0.1), step: scalar(step) })
      losses.push(numbers(results['loss']!)[0]!)
      values = Object.fromEntries(Object.entries(state).map(([input, output]) => [input, results[output]!]))
    }
    assert.ok(losses.at(-1)! < 0.7 * losses[0]!, losses.map(loss => loss.toFixed(3)).join(' '))
  })

  test(`the training graph of ${network.title} is legal`, () => assert.deepEqual(check(training), []))

  test(`the stock ONNX checker is content with ${network.title} and its updates`, { skip: needOnnx() }, () => {
    assert.deepEqual(onnxCheck([encode(training), encode(withUpdates(training, parameters).trained)]), [])
  })
}

function withUpdates(
  training: Graph,
  parameters: readonly string[],
): { readonly trained: Graph; readonly state: Readonly<Record<string, string>> } {
  const builder = build('trained', weightsAsInputs(training, parameters))
  const rate = builder.input({ name: 'rate', dtype: 'float32', shape: [] })
  const step = builder.input({ name: 'step', dtype: 'float32', shape: [] })
  const states = parameters.map(parameter =>
    optimizerNodes(builder, sgd({ momentum: 0.9 }), { parameter, gradient: gradientName(parameter), rate, step }),
  )
  return { trained: builder.finish(), state: Object.assign({}, ...states) }
}
