import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { differentiate, gradientName } from '../../autodiff/index.ts'
import { elements, float32, random, type Tensor, type Tensors, tensor } from '../../core/index.ts'
import { interpret, onnxRuntime } from '../../engine/index.ts'
import { build, check, type Graph, int, ints, weightsAsInputs } from '../../graph/index.ts'
import { allClose } from '../../testing/all-close.ts'
import { checkGradients } from '../../testing/gradient-check.ts'
import { asWinograd, winogradLayers } from './as-winograd.ts'

interface Shape {
  readonly films: number
  readonly channels: number
  readonly filters: number
  readonly height: number
  readonly width: number
  /** Top, left, bottom, right. */
  readonly pads: readonly number[]
  readonly bias: boolean
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  films: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 5 }),
  filters: fc.integer({ min: 1, max: 5 }),
  height: fc.integer({ min: 3, max: 15 }),
  width: fc.integer({ min: 3, max: 15 }),
  pads: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
  bias: fc.boolean(),
})

test('a convolution in Winograd’s form is the convolution, for any size, padding and number of films', () => {
  fc.assert(
    fc.property(shapes, fc.integer(), (shape, seed) => {
      const { graph, images } = convolution(shape, seed)
      const found = asWinograd(graph, new Set(['y']))
      assert.ok(!found.nodes.some(({ op }) => op === 'Conv'))
      assert.deepEqual([check(found), found.outputs], [[], graph.outputs])
      const [ours, wanted] = [found, graph].map(of => interpret(of, { x: inFloat64(images) }, { outputs: ['y'] })['y']!)
      // The transforms are constants of float32.
      allClose(ours!, wanted!, { relative: 1e-5, absolute: 1e-5 })
    }),
    { numRuns: 200 },
  )
})

test('filters stay weights of their own shape, and other ones may take their place', () => {
  const { graph, images } = convolution({ ...square, bias: true }, 1)
  const found = asWinograd(graph, new Set(['y']))
  assert.equal(found.weights['w'], graph.weights['w'])
  const moved = float32([4, 3, 3, 3], noise(elements([4, 3, 3, 3]), 2))
  const run = (of: Graph): Tensor =>
    interpret({ ...of, weights: { ...of.weights, w: moved } }, { x: images }, { outputs: ['y'] })['y']!
  allClose(run(found), run(graph), { relative: 1e-5 })
})

test('its gradients are those of central differences', () => {
  const { graph, images } = convolution({ ...square, height: 5, width: 6, bias: true }, 3)
  const loss = withLoss(asWinograd(graph, new Set(['y'])), 1)
  checkGradients(weightsAsInputs(loss, ['w', 'b']), {
    of: ['w', 'b', 'x'],
    inputs: { x: inFloat64(images), w: inFloat64(graph.weights['w']!), b: inFloat64(graph.weights['b']!) },
    step: 1e-4,
  })
})

test('ONNX Runtime gives output and gradients as with the direct form, to 1e-4 of the largest', async () => {
  for (const [seed, size] of [14, 9].entries()) {
    const shape = { films: 3, channels: 24, filters: 40, height: size, width: size, pads: [1, 1, 1, 1], bias: true }
    const { graph, images } = convolution(shape, seed)
    const outputs = ['y', ...['w', 'b', 'x'].map(gradientName)]
    const run = async (of: Graph): Promise<Tensors> => {
      const learning = differentiate(withLoss(of, 3), { loss: 'loss', of: ['w', 'b', 'x'] })
      await using program = await onnxRuntime().load(learning)
      return program.run({ x: images }, { outputs })
    }
    const [ours, wanted] = [await run(asWinograd(graph, new Set(['y']))), await run(graph)]
    for (const name of outputs) allClose(ours[name]!, wanted[name]!, { relative: 1e-4, name })
  }
})

test('only 3×3 convolutions that move by one, without groups, over images of known size, have a Winograd form', () => {
  const b = build('some')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2, 9, 9] })
  const weight = (name: string, ...sizes: readonly number[]): string =>
    b.weight(name, float32(sizes, noise(elements(sizes), 1)))
  const plain = weight('plain', 2, 2, 3, 3)
  const conv = (from: string, name: string, filters: string, attributes = {}): string =>
    b.node('Conv', [from, filters], attributes, { name })
  const outputs = [
    conv(x, 'plain-one', plain),
    conv(x, 'padded', plain, { auto_pad: { type: 'string', value: 'SAME_UPPER' } }),
    conv(x, 'strided', plain, { strides: ints([2, 2]) }),
    conv(x, 'dilated', plain, { dilations: ints([2, 2]) }),
    conv(x, 'grouped', weight('each', 2, 1, 3, 3), { group: int(2) }),
    conv(x, 'larger', weight('larger-filter', 2, 2, 5, 5)),
    conv(x, 'long', weight('long-filter', 2, 2, 3, 1)),
    conv(b.input({ name: 'any', dtype: 'float32', shape: ['N', 2, 'H', 'W'] }), 'anywhere', plain),
    conv(x, 'given', b.input({ name: 'filters', dtype: 'float32', shape: [2, 2, 3, 3] })),
  ]
  for (const name of outputs) b.output(name)
  const graph = b.finish()
  assert.deepEqual(
    winogradLayers(graph).map(({ name }) => name),
    ['plain-one', 'padded'],
  )
  const all = asWinograd(graph, new Set(outputs))
  assert.equal(all.nodes.filter(({ op }) => op === 'Conv').length, outputs.length - 2)
  assert.deepEqual(all.outputs, graph.outputs)
})

test('a graph without any of the layers stays the same object', () => {
  const { graph } = convolution(square, 1)
  assert.equal(asWinograd(graph, new Set(['z'])), graph)
})

const square: Shape = { films: 2, channels: 3, filters: 4, height: 7, width: 7, pads: [1, 1, 1, 1], bias: false }

/** x → y, whose filters come with the graph. */
function convolution(
  { films, channels, filters, height, width, pads, bias }: Shape,
  seed: number,
): { readonly graph: Graph; readonly images: Tensor } {
  const b = build('convolution')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', channels, height, width] })
  const w = b.weight('w', float32([filters, channels, 3, 3], noise(filters * channels * 9, seed)))
  const biases = bias ? [b.weight('b', float32([filters], noise(filters, seed + 1)))] : []
  b.output(b.node('Conv', [x, w, ...biases], { kernel_shape: ints([3, 3]), pads: ints(pads) }, { name: 'y' }))
  const sizes = [films, channels, height, width]
  return { graph: b.finish(), images: float32(sizes, noise(elements(sizes), seed + 2)) }
}

/** The sum of y, each number of a film with a weight of its own. */
function withLoss(graph: Graph, seed: number): Graph {
  const b = build('loss', { ...graph, outputs: [] })
  const sizes = graph.outputs[0]!.shape.slice(1).map(Number)
  const weighed = b.node('Mul', ['y', b.constant(float32(sizes, noise(elements(sizes), seed)))])
  b.output('y')
  b.output(b.node('ReduceSum', [weighed], { keepdims: int(0) }, { name: 'loss' }))
  return b.finish()
}

function noise(length: number, seed: number): Float32Array {
  const draw = random(seed, 'noise')
  return Float32Array.from({ length }, () => draw.normal())
}

function inFloat64({ shape, data }: Tensor): Tensor {
  return tensor('float64', shape, Float64Array.from(data as ArrayLike<number>))
}
