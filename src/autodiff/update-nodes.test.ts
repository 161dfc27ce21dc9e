import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  adam,
  type Clip,
  elements,
  float32,
  type Optimizer,
  optimizerSlots,
  random,
  scalar,
  type Tensor,
  type Tensors,
} from '../core/index.ts'
import { type Engine, onnxRuntime, referenceEngine } from '../engine/index.ts'
import { build, check, type Graph, int } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { withUpdate } from './update-nodes.ts'

type Shapes = readonly (readonly number[])[]

/** loss = Σ x·p over all parameters p, so that x is the gradient: whatever a test wants it to be. */
function learning(shapes: Shapes): { readonly graph: Graph; readonly gradients: Readonly<Record<string, string>> } {
  const builder = build('learning')
  const products = shapes.map((shape, i) => {
    const input = (name: string): string => builder.input({ name: `${name}${i}`, dtype: 'float32', shape })
    return builder.node('ReduceSum', [builder.node('Mul', [input('x'), input('p')])], { keepdims: int(0) })
  })
  builder.output(builder.node('Sum', products, {}, { name: 'loss' }))
  const names = shapes.map((_, i) => `p${i}`)
  return {
    graph: differentiate(builder.finish(), { loss: 'loss', of: names }),
    gradients: Object.fromEntries(names.map(name => [name, gradientName(name)])),
  }
}

const decay = { weightDecay: fc.double({ min: 0, max: 0.3, noNaN: true }), decayBiases: fc.boolean() }
const share = fc.double({ min: 0, max: 0.99, noNaN: true })
/** Large: with a small one the step is almost the sign of the gradient, and near 0 the last digit decides it. */
const epsilon = fc.constantFrom(1e-2, 0.1, 1)
const optimizers: fc.Arbitrary<Optimizer> = fc.oneof(
  fc.record({ kind: fc.constant('sgd' as const), momentum: share, nesterov: fc.boolean(), ...decay }),
  fc.record({
    kind: fc.constantFrom('adam' as const, 'adamw' as const),
    beta1: share,
    beta2: fc.double({ min: 0, max: 0.9995, noNaN: true }),
    epsilon,
    amsgrad: fc.boolean(),
    ...decay,
  }),
  fc.record({ kind: fc.constant('rmsprop' as const), alpha: share, momentum: share, epsilon, ...decay }),
)
const dimensions = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 })
const cases = fc.record({
  optimizer: optimizers,
  shapes: fc.array(dimensions, { minLength: 1, maxLength: 3 }),
  clip: fc.option(fc.record({ norm: fc.double({ min: 0.01, max: 5, noNaN: true }) }), { nil: undefined }),
  seed: fc.nat(),
})

interface Case {
  readonly optimizer: Optimizer
  readonly shapes: Shapes
  readonly clip: Clip | undefined
  readonly seed: number
}

/** Twelve steps in both forms, held against each other after each. */
async function bothForms(engine: Engine, { optimizer, shapes, clip, seed }: Case): Promise<void> {
  const { graph, gradients } = learning(shapes)
  const draw = random(seed, 'forms')
  const values = (name: string): Tensors =>
    Object.fromEntries(
      shapes.map((shape, i): [string, Tensor] => [
        `${name}${i}`,
        float32(
          shape,
          Array.from({ length: elements(shape) }, () => draw.normal()),
        ),
      ]),
    )
  const initial = values('p')
  const update = { optimizer, gradients, norm: 'norm', ...(clip === undefined ? {} : { clip }) }
  const whole = withUpdate(graph, update)
  const slots = Object.fromEntries(
    Object.entries(initial).flatMap(([name, { shape }]) =>
      optimizerSlots(optimizer).map(slot => [`${name}/${slot}`, float32(shape, new Float32Array(elements(shape)))]),
    ),
  )
  await using loop = await engine.load(graph, { update, initial })
  await using nodes = await engine.load(whole.graph, { state: whole.state, initial: { ...initial, ...slots } })
  const kept = Object.keys(whole.state)
  for (let step = 1; step <= 12; step++) {
    const x = values('x')
    const rate = 0.01 * (1 + draw.uniform())
    const told = await loop.run(x, { rate })
    const answered = await nodes.run({ ...x, rate: scalar(rate), step: scalar(step) })
    allClose(answered['norm']!, told['norm']!, { relative: 1e-6, name: `norm, step ${step}` })
    const [mine, theirs] = [await loop.read(kept), await nodes.read(kept)]
    for (const name of kept) {
      allClose(theirs[name]!, mine[name]!, { relative: 5e-6, absolute: 1e-7, name: `${name}, step ${step}` })
    }
  }
}

test('an optimizer is the same as a loop and as nodes, for any settings, shapes and bounds', async () => {
  await fc.assert(
    fc.asyncProperty(cases, one => bothForms(referenceEngine(), one)),
    { numRuns: 60 },
  )
})

test('an optimizer is the same as a loop and as nodes on ONNX Runtime', async () => {
  await fc.assert(
    fc.asyncProperty(cases, one => bothForms(onnxRuntime(), one)),
    { numRuns: 8 },
  )
})

test('withUpdate() makes legal graphs', () => {
  const { graph, gradients } = learning([[2, 3], [3]])
  const update = { optimizer: adam({ amsgrad: true }), gradients, clip: { norm: 1 } }
  const made = withUpdate(graph, { ...update, norm: 'length' })
  assert.deepEqual(check(made.graph), [])
  assert.ok(made.graph.outputs.some(({ name }) => name === 'length'))
  assert.deepEqual(check(withUpdate(graph, update).graph), [])
  assert.deepEqual(Object.keys(made.state).sort(), ['p0', 'p0/m', 'p0/v', 'p0/vmax', 'p1', 'p1/m', 'p1/v', 'p1/vmax'])
})

test('withUpdate() leaves the names of the graph alone', () => {
  const builder = build('named')
  const x = builder.input({ name: 'rate', dtype: 'float32', shape: [2] })
  const p = builder.input({ name: 'step', dtype: 'float32', shape: [2] })
  const product = builder.node('Mul', [x, p])
  builder.output(builder.node('ReduceSum', [product], { keepdims: int(0) }, { name: 'loss' }))
  const graph = differentiate(builder.finish(), { loss: 'loss', of: ['step'] })
  const made = withUpdate(graph, { optimizer: adam(), gradients: { step: gradientName('step') } })
  assert.deepEqual(check(made.graph), [])
  assert.deepEqual(
    made.graph.inputs.map(({ name }) => name),
    ['rate', 'step', made.rate, made.step, 'step/m', 'step/v'],
  )
})
