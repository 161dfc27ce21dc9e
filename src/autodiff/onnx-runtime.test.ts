import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../engine/index.ts'
import { check, encode } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { gradientCases, prepare } from './gradient-cases.test.fixture.ts'

const prepared = gradientCases.map(given => {
  const { graph, inputs, of } = prepare(given, 'float32', interpret)
  return { given, training: differentiate(graph, { loss: 'loss', of }), inputs, of }
})

for (const { given, training, inputs, of } of prepared) {
  test(`ONNX Runtime finds the gradient of ${given.op} ${given.title} as the reference does`, async () => {
    const [found, wanted] = [await runOnnx(training, inputs), interpret(training, inputs)]
    for (const name of ['loss', ...of.map(gradientName)]) {
      allClose(found[name]!, wanted[name]!, { relative: 1e-5, absolute: 1e-6, name })
    }
  })
}

test('every training graph is legal', () => {
  for (const { given, training } of prepared) assert.deepEqual(check(training), [], `${given.op} ${given.title}`)
})

test('the stock ONNX checker is content with every training graph', { skip: needOnnx() }, () => {
  // Files of version 18 have a GroupNormalization with a scale a group; onnx has withdrawn that form since.
  const current = prepared.filter(({ given }) => given.op !== 'GroupNormalization' || given.opset !== 18)
  assert.deepEqual(onnxCheck(current.map(({ training }) => encode(training))), [])
})
