import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { needData, sharedData } from '../testing/needs.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { onnxTestModels } from '../testing/onnx-models.ts'
import { check } from './check.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { operatorZoo } from './operator-zoo.test.fixture.ts'
import { anyGraph } from './random-graph.test.fixture.ts'

test('any graph comes back equal from its bytes', () => {
  fc.assert(
    fc.property(anyGraph, graph => assert.deepEqual(decode(encode(graph)), graph)),
    { numRuns: 200 },
  )
})

test('equal graphs give equal bytes', () => {
  fc.assert(
    fc.property(anyGraph, graph => assert.deepEqual(encode(decode(encode(graph))), encode(graph))),
    { numRuns: 50 },
  )
})

test('real backbones come back equal and pass check() and onnx.checker', {
  skip: needData('backbones') || needOnnx(),
}, () => {
  const files = readdirSync(sharedData('backbones')).filter(name => name.endsWith('.onnx'))
  assert.ok(files.length > 0)
  for (const file of files) {
    const graph = decode(readFileSync(sharedData('backbones', file)))
    const bytes = encode(graph)
    assert.deepEqual(decode(bytes), graph)
    assert.deepEqual(check(graph), [])
    assert.deepEqual(onnxCheck([bytes]), [])
  }
})

test('check() and onnx.checker are content with every operator that we know', { skip: needOnnx() }, () => {
  const zoo = operatorZoo()
  for (const graph of zoo) assert.deepEqual(check(graph), [], graph.name)
  assert.deepEqual(onnxCheck(zoo.map(encode)), [])
})

test("every model of onnx's own tests comes back equal and has no fault", { skip: needOnnx() }, () => {
  const files = onnxTestModels()
  assert.ok(files.size > 100)
  for (const [name, path] of files) {
    const graph = decode(readFileSync(path))
    assert.deepEqual(decode(encode(graph)), graph, name)
    const faults = check(graph).filter(({ message }) => message !== 'the operator is unknown')
    // Operator set 6 broadcast the slopes of PRelu in another way.
    if (graph.opset > 6) assert.deepEqual(faults, [], name)
  }
})
