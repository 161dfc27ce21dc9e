import assert from 'node:assert/strict'
import test from 'node:test'
import { float32, int64, numbers } from '../core/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { append } from './append.ts'
import { int, ints, tensorAttribute } from './attributes.ts'
import { build } from './builder.ts'
import { check } from './check.ts'
import { cutAt } from './cut-at.ts'
import { encode } from './encode.ts'
import { foldShapes } from './fold-shapes.ts'
import type { Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { renameValues } from './names.ts'
import { filled } from './operator-zoo.test.fixture.ts'
import { print } from './print.ts'
import { withOutputs } from './prune.ts'
import { weightsAsInputs, withWeights } from './weights.ts'

/** x → MatMul w1 → Relu 'hidden' → MatMul w2 'y'. */
function chain(): Graph {
  const b = build('chain')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4] })
  const hidden = b.node('Relu', [b.node('MatMul', [x, b.weight('w1', filled(4, 3))])], {}, { name: 'hidden' })
  b.output(b.node('MatMul', [hidden, b.weight('w2', filled(3, 2))], {}, { name: 'y' }))
  return b.finish({ metadata: { kept: 'yes' } })
}

const names = (graph: Graph): unknown => ({
  inputs: graph.inputs.map(({ name }) => name),
  nodes: graph.nodes.map(({ op }) => op),
  weights: Object.keys(graph.weights),
  outputs: graph.outputs.map(({ name }) => name),
})

test('cutAt() gives two valid graphs that share nothing', () => {
  const { before, after } = cutAt(chain(), 'hidden')
  assert.deepEqual(names(before), { inputs: ['x'], nodes: ['MatMul', 'Relu'], weights: ['w1'], outputs: ['hidden'] })
  assert.deepEqual(names(after), { inputs: ['hidden'], nodes: ['MatMul'], weights: ['w2'], outputs: ['y'] })
  assert.deepEqual([...check(before), ...check(after)], [])
  assert.deepEqual(after.inputs[0]?.shape, ['N', 3])
})

test('append() puts together what cutAt() took apart', () => {
  const { before, after } = cutAt(chain(), 'hidden')
  assert.deepEqual(append(before, after, { hidden: 'hidden' }), chain())
})

test('cutAt() refuses a value that a branch goes around', () => {
  const b = build('skip')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4] })
  b.output(b.node('Add', [b.node('Relu', [x], {}, { name: 'r' }), x]))
  assert.throws(() => cutAt(b.finish(), 'r'), /also needs "x" by another way/)
})

test('a value that does not exist is refused with the nearest name', () => {
  assert.throws(() => cutAt(chain(), 'hiden'), /no node makes it, did you mean "hidden"\?/)
  assert.throws(() => withOutputs(chain(), ['hiden']), /did you mean "hidden"/)
})

test('append() gives clashing names of the second graph a number', () => {
  const twice = append(renameValues(chain(), { y: 'first' }), square(), { x: 'first' })
  assert.deepEqual(names(twice), {
    inputs: ['x'],
    nodes: ['MatMul', 'Relu', 'MatMul', 'Relu', 'MatMul'],
    weights: ['w1', 'w2', 'w1_1'],
    outputs: ['y'],
  })
  assert.equal(twice.nodes[3]?.outputs[0], 'hidden_1')
  assert.deepEqual(check(twice), [])
})

function square(): Graph {
  const b = build('square')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2] })
  const hidden = b.node('Relu', [x], {}, { name: 'hidden' })
  b.output(b.node('MatMul', [hidden, b.weight('w1', filled(2, 2))], {}, { name: 'y' }))
  return b.finish()
}

test('append() refuses shapes that do not fit', () => {
  assert.throws(() => append(chain(), square(), { x: 'hidden' }), /float32 \[N, 3\], float32 \[N, 2\] was wanted/)
  assert.throws(() => append(chain(), square(), { z: 'y' }), /it has no input "z"/)
  assert.throws(() => append(chain(), { ...square(), opset: 13 }, { x: 'y' }), /operator sets 13 and 17 differ/)
})

test('withOutputs() drops dead nodes, weights and inputs', () => {
  assert.deepEqual(names(withOutputs(chain(), ['hidden'])), {
    inputs: ['x'],
    nodes: ['MatMul', 'Relu'],
    weights: ['w1'],
    outputs: ['hidden'],
  })
})

test('weights become inputs and inputs become weights again', () => {
  const open = weightsAsInputs(chain(), ['w2', 'w1'])
  assert.deepEqual(
    open.inputs.map(({ name }) => name),
    ['x', 'w2', 'w1'],
  )
  assert.deepEqual(open.weights, {})
  const { w1, w2 } = chain().weights
  assert.deepEqual(withWeights(open, { w1: w1!, w2: w2! }), chain())
  assert.throws(() => weightsAsInputs(chain(), ['hidden']), /it is no weight/)
  assert.throws(
    () => withWeights(chain(), { w1: filled(3, 3) }),
    /it is float32 \[4, 3\], the new value is float32 \[3, 3\]/,
  )
  assert.throws(() => withWeights(chain(), { w9: filled(1) }), /neither a weight nor an input/)
})

test('a builder goes on from a graph without a clash of names', () => {
  const b = build('longer', chain())
  const again = b.node('Relu', ['y'], {}, { name: 'hidden' })
  assert.equal(again, 'hidden_1')
  assert.equal(b.constant(float32([1], [2])), 'constant')
  assert.equal(b.constant(float32([1], [2])), 'constant')
  assert.equal(b.constant(int64([1], [2])), 'constant_1')
  b.output(b.node('Mul', [again, 'constant']))
  const longer = b.finish()
  assert.deepEqual(
    longer.outputs.map(({ name }) => name),
    ['y', 'Mul'],
  )
  assert.equal(longer.metadata['kept'], 'yes')
  assert.throws(() => b.weight('w1', filled(1)), /"w1" is taken already/)
})

test('names inside of subgraphs are kept alive, renamed and checked', { skip: needOnnx() }, () => {
  const branch = (op: string): Graph => ({
    ...build(op).finish(),
    nodes: [{ op, inputs: ['hidden'], outputs: [`${op}_out`], attributes: {} }],
    outputs: [{ name: `${op}_out`, dtype: 'float32', shape: ['N', 3] }],
  })
  const b = build('if', chain())
  const yes = b.input({ name: 'yes', dtype: 'bool', shape: [] })
  const graph: Graph = {
    ...b.finish(),
    nodes: [
      ...chain().nodes,
      {
        op: 'If',
        inputs: [yes],
        outputs: ['z'],
        attributes: {
          then_branch: { type: 'graph', value: branch('Relu') },
          else_branch: { type: 'graph', value: branch('Neg') },
        },
      },
    ],
    outputs: [{ name: 'z', dtype: 'float32', shape: ['N', 3] }],
  }
  const pruned = renameValues(withOutputs(graph, ['z']), { hidden: 'h' })
  assert.deepEqual(
    pruned.nodes.map(({ op }) => op),
    ['MatMul', 'Relu', 'If'],
  )
  assert.deepEqual(onnxCheck([encode(pruned)]), [])
})

test('print() shows shapes, small weights and attributes', () => {
  const b = build('small')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2] })
  b.output(b.node('Concat', [x, b.node('Mul', [x, b.constant(float32([1], [0.1]))])], { axis: int(1) }, { name: 'y' }))
  assert.equal(
    print(b.finish({ metadata: { made: 'here' } })),
    `graph "small" opset 17
  metadata made = "here"
  input x: float32[N, 2]
  weight constant: float32[1] = 0.1
  Mul: float32[N, 2] = Mul(x, constant)
  y: float32[N, 4] = Concat(x, Mul, axis=1)
  output y: float32[N, 4]
`,
  )
})

test('foldShapes() writes down what is computed of sizes, with the batch left open', () => {
  const b = build('chain')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4, 6] })
  const sizeAt = (axis: number): string => b.node('Gather', [b.node('Shape', [x]), b.constant(int64([1], [axis]))])
  const joined = b.node('Mul', [sizeAt(1), sizeAt(2)])
  const target = b.node('Concat', [sizeAt(0), joined], { axis: int(0) })
  b.output(b.node('Reshape', [x, target], {}, { name: 'flat' }))
  const folded = foldShapes(b.finish())
  assert.deepEqual(
    folded.nodes.map(({ op }) => op),
    ['Reshape'],
  )
  assert.deepEqual(Object.values(folded.weights).map(numbers), [[-1, 24]])
  assert.deepEqual(check(folded), [])
})

test('foldShapes() follows the table of pads that exporters turn round', () => {
  const b = build('pads')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 5] })
  const rest = b.node('Sub', [b.constant(int64([1], [7])), b.node('Shape', [x], { start: int(1) })])
  const zeros = b.node('ConstantOfShape', [b.constant(int64([1], [2]))], { value: tensorAttribute(int64([1], [0])) })
  // PyTorch lists pads from the last axis on: [before, after] of axis 1, then of axis 0.
  const listed = b.node('Concat', [b.constant(int64([1], [0])), rest, zeros], { axis: int(0) })
  const pairs = b.node('Reshape', [listed, b.constant(int64([2], [-1, 2]))])
  const backwards = [-1, -9, 0, -1].map(value => b.constant(int64([1], [value])))
  const turned = b.node('Transpose', [b.node('Slice', [pairs, ...backwards])], { perm: ints([1, 0]) })
  const pads = b.node('Cast', [b.node('Reshape', [turned, b.constant(int64([1], [-1]))])], { to: int(7) })
  b.output(b.node('Pad', [x, pads], {}, { name: 'padded' }))
  const folded = foldShapes(b.finish())
  assert.deepEqual(Object.values(folded.weights).map(numbers), [[0, 0, 0, 2]])
  assert.deepEqual(inferShapes(folded).get('padded')?.shape, ['N', 7])
})
