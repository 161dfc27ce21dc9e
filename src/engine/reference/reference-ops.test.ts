import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gradientCases } from '../../autodiff/gradient-cases.test.fixture.ts'
import { float32, numbers, Problem, scalar } from '../../core/index.ts'
import { build } from '../../graph/index.ts'
import { allClose } from '../../testing/all-close.ts'
import { runOnnx } from '../../testing/run-onnx.ts'
import { interpret } from './interpret.ts'
import { graphOf, operatorCases } from './operator-cases.test.fixture.ts'
import { referenceOps } from './reference-ops.ts'

for (const given of operatorCases) {
  test(`the reference computes ${given.op} ${given.title} as ONNX Runtime does`, async () => {
    const { graph, inputs } = graphOf(given)
    const [found, wanted] = [interpret(graph, inputs), await runOnnx(graph, inputs)]
    for (const { name } of graph.outputs)
      allClose(found[name]!, wanted[name]!, { relative: 2e-6, absolute: 1e-6, name })
  })
}

test('every operator of the reference has a case', () => {
  // The gradient cases run in ONNX Runtime too, see autodiff/onnx-runtime.test.ts.
  const cased = new Set([...operatorCases, ...gradientCases].map(({ op }) => op))
  assert.deepEqual(
    Object.keys(referenceOps).filter(op => !cased.has(op)),
    [],
  )
})

test('interpret() names an operator that it does not know', () => {
  const builder = build('odd')
  builder.input({ name: 'x', dtype: 'float32', shape: [1] })
  const graph = {
    ...builder.finish(),
    nodes: [{ op: 'Bogus', inputs: ['x'], outputs: ['y'], attributes: {} }],
    outputs: [{ name: 'y', dtype: 'float32' as const, shape: [1] }],
  }
  assert.throws(() => interpret(graph, { x: float32([1], [1]) }), { name: 'Problem', message: /"Bogus"/ })
})

test('interpret() says which input is missing, and lets an input replace a weight', () => {
  const builder = build('sum')
  builder.input({ name: 'x', dtype: 'float32', shape: [] })
  builder.weight('w', scalar(2))
  builder.output(builder.node('Add', ['x', 'w'], {}, { name: 'y' }))
  const graph = builder.finish()
  assert.throws(() => interpret(graph, {}), Problem)
  assert.deepEqual(numbers(interpret(graph, { x: scalar(1) })['y']!), [3])
  assert.deepEqual(numbers(interpret(graph, { x: scalar(1), w: scalar(5) })['y']!), [6])
})
