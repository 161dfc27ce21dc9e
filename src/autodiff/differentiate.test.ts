import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, int64, numbers, Problem, tensor } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import {
  type Attribute,
  type Attributes,
  type Builder,
  build,
  check,
  defaultOpset,
  floatsAttribute,
  type Graph,
  graphAttribute,
  int,
  ints,
  type Shape,
  string_,
  tensorAttribute,
} from '../graph/index.ts'
import { differentiate, gradientName } from './differentiate.ts'

/** A graph over x [3] whose loss is the sum of what `body` makes of it. */
function summed(body: (builder: Builder, x: string) => string, opset = defaultOpset): Graph {
  const empty = { inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} }
  const builder = build('test', { name: 'test', opset, ...empty })
  const x = builder.input({ name: 'x', dtype: 'float32', shape: [3] })
  const result = body(builder, x)
  builder.output(builder.node('ReduceSum', [result], { keepdims: int(0) }, { name: 'loss' }))
  return builder.finish()
}

const x = float32([3], [1, 2, 3])
const slopes = (graph: Graph, of: string): number[] =>
  numbers(interpret(differentiate(graph, { loss: 'loss', of: [of] }), { x })[gradientName(of)]!)

test('differentiate() adds up what reaches a value on several ways', () => {
  const graph = summed((builder, value) => builder.node('Sum', [value, builder.node('Mul', [value, value]), value]))
  assert.deepEqual(slopes(graph, 'x'), [4, 6, 8])
})

test('differentiate() keeps the outputs and names of the graph', () => {
  const graph = summed((builder, value) => builder.node('Exp', [value]))
  const training = differentiate(graph, { loss: 'loss', of: ['x'] })
  assert.deepEqual(
    training.outputs.map(({ name }) => name),
    ['loss', 'gradient(x)'],
  )
  assert.deepEqual(training.nodes.slice(0, graph.nodes.length), graph.nodes)
  assert.deepEqual(check(training), [])
})

test('differentiate() adds no node for weights that stay frozen', () => {
  const graph = summed((builder, value) => {
    const frozen = builder.node('Mul', [value, builder.weight('frozen', float32([3], [1, 1, 1]))])
    return builder.node('Mul', [builder.node('Exp', [frozen]), builder.weight('w', float32([3], [1, 2, 3]))])
  })
  const training = differentiate(graph, { loss: 'loss', of: ['w'] })
  const added = training.nodes.slice(graph.nodes.length).map(({ op }) => op)
  assert.deepEqual(added, ['Unsqueeze', 'Expand', 'Mul'])
})

test('differentiate() gives the slope of a value between layers, with its own name for each', () => {
  const graph = summed((builder, value) => {
    const hidden = builder.node('Mul', [value, value], {}, { name: 'hidden' })
    return builder.node('Add', [hidden, builder.node('Identity', [value], {}, { name: 'copy' })])
  })
  const training = differentiate(graph, { loss: 'loss', of: ['hidden', 'copy', 'loss'] })
  const found = interpret(training, { x })
  assert.deepEqual(numbers(found[gradientName('hidden')]!), [1, 1, 1])
  assert.deepEqual(numbers(found[gradientName('copy')]!), [1, 1, 1])
  assert.deepEqual(numbers(found[gradientName('loss')]!), [1])
  assert.deepEqual(check(training), [])
})

test('differentiate() leaves whole numbers out of its way', () => {
  const graph = summed((builder, value) => {
    const count = builder.node('Cast', [builder.node('Cast', [value], { to: int(7) })], { to: int(1) })
    return builder.node('Mul', [value, count])
  })
  assert.deepEqual(slopes(graph, 'x'), [1, 2, 3])
})

test('differentiate() names the operator without a rule and what would have to stay frozen', () => {
  const graph = summed((builder, value) => builder.node('Floor', [value], {}, { name: 'wave' }))
  assert.throws(
    () => differentiate(graph, { loss: 'loss', of: ['x'] }),
    (error: unknown) =>
      error instanceof Problem && /Floor "wave"/.test(error.message) && /Freeze .*"x"/.test(error.next ?? ''),
  )
})

test('bounds of a Clip learn from what they cut', () => {
  const graph = summed((builder, value) => {
    const [low, high] = [builder.weight('low', float32([], [1.5])), builder.weight('high', float32([], [2.5]))]
    return builder.node('Mul', [builder.node('Clip', [value, low, high]), value])
  })
  assert.deepEqual(slopes(graph, 'low'), [1])
  assert.deepEqual(slopes(graph, 'high'), [3])
  assert.deepEqual(slopes(graph, 'x'), [1.5, 4, 2.5])
})

test('a product has the slope of its other numbers where one of them is 0', () => {
  const graph = summed((builder, value) => builder.node('ReduceProd', [value]))
  const at = (...values: number[]): number[] =>
    numbers(
      interpret(differentiate(graph, { loss: 'loss', of: ['x'] }), { x: float32([3], values) })[gradientName('x')]!,
    )
  assert.deepEqual(at(2, 3, 4), [12, 8, 6])
  assert.deepEqual(at(0, 3, 4), [12, 0, 0])
  assert.deepEqual(at(0, 3, 0), [0, 0, 0])
})

test('a power of 0 has no slope at 0 either', () => {
  const graph = summed((builder, value) => builder.node('Pow', [value, builder.weight('p', float32([3], [0, 1, 2]))]))
  const found = interpret(differentiate(graph, { loss: 'loss', of: ['x'] }), { x: float32([3], [0, 0, 0]) })
  assert.deepEqual(numbers(found[gradientName('x')]!), [0, 1, 0])
})

test('differentiate() refuses a node that lets no gradient pass to one of the inputs that matter', () => {
  const graph = summed((builder, value) => {
    const around = builder.weight('around', float32([], [4]))
    return builder.node('Pad', [value, builder.constant(int64([2], [1, 1])), around], {}, { name: 'frame' })
  })
  assert.deepEqual(slopes(graph, 'x'), [1, 1, 1])
  assert.throws(
    () => differentiate(graph, { loss: 'loss', of: ['x', 'around'] }),
    /Cannot differentiate Pad "frame": no gradient passes to its input "around"/,
  )
})

test('a Constant is fixed in whichever form it holds its numbers', () => {
  const wide = (value: Attributes): Graph =>
    summed((builder, x) => {
      const matrix = builder.node('Unsqueeze', [x, builder.node('Constant', [], { value_ints: ints([0]) })])
      return builder.node('ReduceSumSquare', [matrix, builder.node('Constant', [], value)])
    }, 18)
  assert.deepEqual(slopes(wide({ value_ints: ints([1]) }), 'x'), [2, 4, 6])
  assert.deepEqual(slopes(wide({ value: tensorAttribute(int64([2], [0, -1])) }), 'x'), [2, 4, 6])
  const scaled = summed((builder, value) => {
    const image = builder.node('Unsqueeze', [value, builder.node('Constant', [], { value_ints: ints([0, 1]) })])
    return builder.node('Resize', [
      image,
      '',
      builder.node('Constant', [], { value_floats: floatsAttribute([1, 1, 2]) }),
    ])
  })
  assert.deepEqual(slopes(scaled, 'x'), [2, 2, 2])
})

test('differentiate() sees what a subgraph takes from outside of itself', () => {
  const branch = (name: string): Attribute =>
    graphAttribute({
      name,
      opset: 17,
      inputs: [],
      outputs: [{ name: `${name}/y`, dtype: 'float32', shape: [3] }],
      nodes: [{ op: 'Exp', inputs: ['x'], outputs: [`${name}/y`], attributes: {} }],
      weights: {},
      metadata: {},
    })
  const plain = summed((builder, value) => builder.node('Exp', [value], {}, { name: 'chosen' }))
  const graph: Graph = {
    ...plain,
    weights: { ...plain.weights, which: tensor('bool', [], Uint8Array.of(1)) },
    nodes: plain.nodes.map(node =>
      node.op !== 'Exp'
        ? node
        : { ...node, op: 'If', inputs: ['which'], attributes: { then_branch: branch('a'), else_branch: branch('b') } },
    ),
    values: [{ name: 'chosen', dtype: 'float32', shape: [3] }],
  }
  const square = { op: 'Mul', inputs: ['chosen', 'x'], outputs: ['product'], attributes: {} }
  const both = {
    ...graph,
    nodes: graph.nodes.flatMap(node => (node.op === 'If' ? [node, square] : [{ ...node, inputs: ['product'] }])),
  }
  for (const one of [graph, both]) {
    assert.throws(() => differentiate(one, { loss: 'loss', of: ['x'] }), /Cannot differentiate If "chosen"/)
  }
})

test('a Resize of some axes to sizes that are computed has its gradient', () => {
  const doubled = (fixed: boolean): Graph =>
    summed((builder, value) => {
      const image = builder.node('Reshape', [value, builder.constant(int64([4], [1, 1, 1, 3]))])
      const integers = (...values: number[]): string => builder.constant(int64([values.length], values))
      const width = builder.node('Slice', [builder.node('Shape', [image]), integers(3), integers(4)])
      const sizes = fixed ? integers(6) : builder.node('Mul', [width, integers(2)])
      const resized = builder.node('Resize', [image, '', '', sizes], { axes: ints([-1]), mode: string_('linear') })
      return builder.node('Mul', [resized, builder.constant(float32([6], [1, 2, 4, 8, 16, 32]))])
    }, 18)
  assert.deepEqual(slopes(doubled(false), 'x'), slopes(doubled(true), 'x'))
  assert.deepEqual(slopes(doubled(true), 'x'), [3.5, 13.5, 46])
})

test('differentiate() says which size it would have to know', () => {
  const openGraph = (shape: Shape, body: (builder: Builder, x: string) => string): Graph => {
    const builder = build('open')
    const result = body(builder, builder.input({ name: 'x', dtype: 'float32', shape }))
    builder.output(builder.node('ReduceSum', [result], { keepdims: int(0) }, { name: 'loss' }))
    return builder.finish()
  }
  const repeats = int64([2], [2, 3])
  const scales = float32([4], [1, 1, 2, 2])
  const crd = { blocksize: int(2), mode: string_('CRD') }
  const graphs = [
    openGraph(['N', 'M'], (builder, value) => builder.node('Tile', [value, builder.constant(repeats)])),
    openGraph(['N', 1, 'M', 4], (builder, value) => builder.node('Resize', [value, '', builder.constant(scales)])),
    openGraph(['N', 4, 'M', 2], (builder, value) => builder.node('DepthToSpace', [value], crd)),
  ]
  for (const graph of graphs) {
    assert.throws(() => differentiate(graph, { loss: 'loss', of: ['x'] }), /axis \d of "x" has the size "M", a number/)
  }
})

test('differentiate() refuses a Pad that cuts, whatever it pads with', () => {
  for (const mode of ['constant', 'edge', 'reflect']) {
    const graph = summed((builder, value) =>
      builder.node('Pad', [value, builder.constant(int64([2], [-1, 2]))], { mode: string_(mode) }),
    )
    assert.throws(() => differentiate(graph, { loss: 'loss', of: ['x'] }), /it cuts with negative pads/)
  }
})

test('differentiate() refuses a loss of several numbers, an unknown name and a weight that does nothing', () => {
  const graph = summed((builder, value) => {
    builder.weight('idle', float32([1], [1]))
    return builder.node('Exp', [value], {}, { name: 'hidden' })
  })
  assert.throws(() => differentiate(graph, { loss: 'hidden', of: ['x'] }), /its shape is \[3\], a single number/)
  assert.throws(() => differentiate(graph, { loss: 'los', of: ['x'] }), /no value "los".*did you mean "loss"/)
  assert.throws(() => differentiate(graph, { loss: 'loss', of: ['idle'] }), /does not depend on it/)
})

test('differentiate() refuses operators of a version before 13', () => {
  const graph = { ...summed((builder, value) => builder.node('Exp', [value])), opset: 11 }
  assert.throws(() => differentiate(graph, { loss: 'loss', of: ['x'] }), /operators of version 11, 13 or newer/)
})
