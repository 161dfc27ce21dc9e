import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, numbers, type Tensor } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, check, type Graph } from '../graph/index.ts'
import { checkGradients } from '../testing/gradient-check.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { bceWithLogits } from './bce-with-logits.ts'
import { differentiate, gradientName } from './differentiate.ts'

function lossGraph(classes: number, positiveWeights?: readonly number[]): Graph {
  const builder = build('loss')
  builder.output(builder.input({ name: 'z', dtype: 'float32', shape: ['N', classes] }))
  return bceWithLogits(builder.finish(), { logits: 'z', ...(positiveWeights && { positiveWeights }) })
}

const matrix = (...rows: readonly (readonly number[])[]): Tensor => float32([rows.length, rows[0]!.length], rows.flat())
const lossOf = (graph: Graph, inputs: Record<string, Tensor>): number => numbers(interpret(graph, inputs)['loss']!)[0]!

const z = matrix([0.5, -1.25], [2, 0], [-3, 0.75])
const labels = matrix([1, 0], [0, 1], [1, 1])
const mask = matrix([1, 1], [0, 1], [1, 1])

test('bceWithLogits() is the mean of w·bce over the labels that are known', () => {
  const weights = [1.5, 3]
  let [sum, count] = [0, 0]
  for (const [at, logit] of numbers(z).entries()) {
    if (numbers(mask)[at] === 0) continue
    const p = 1 / (1 + Math.exp(-logit))
    sum -= numbers(labels)[at] === 1 ? weights[at % 2]! * Math.log(p) : Math.log(1 - p)
    count++
  }
  const found = lossOf(lossGraph(2, weights), { z, labels, mask })
  assert.ok(Math.abs(found - sum / count) < 1e-9, `${found} should be ${sum / count}`)
})

test('the gradient of bceWithLogits() equals central differences', () => {
  checkGradients(lossGraph(2, [1.5, 3]), { of: ['z'], inputs: { z, labels, mask } })
})

test('bceWithLogits() has the slope σ(0) − y where an untrained head starts', () => {
  const training = differentiate(lossGraph(2), { loss: 'loss', of: ['z'] })
  const inputs = { z: matrix([0, 0]), labels: matrix([1, 0]), mask: matrix([1, 1]) }
  assert.deepEqual(numbers(interpret(training, inputs)[gradientName('z')]!), [-0.25, 0.25])
})

test('bceWithLogits() neither overflows nor loses the tails, in float32 too', async () => {
  const training = differentiate(lossGraph(1), { loss: 'loss', of: ['z'] })
  for (const [logit, label, wanted] of [
    [100, 0, 100],
    [-100, 1, 100],
    [20, 1, 2.0611536e-9],
    [-20, 0, 2.0611536e-9],
  ] as const) {
    const results = await runOnnx(training, { z: matrix([logit]), labels: matrix([label]), mask: matrix([1]) })
    const found = numbers(results['loss']!)[0]!
    assert.ok(Math.abs(found / wanted - 1) < 1e-5, `${logit}, ${label}: ${found} should be ${wanted}`)
    assert.ok(Number.isFinite(numbers(results[gradientName('z')]!)[0]!))
  }
})

test('bceWithLogits() of films without any label is 0 and moves nothing', () => {
  const training = differentiate(lossGraph(2), { loss: 'loss', of: ['z'] })
  const results = interpret(training, { z, labels, mask: matrix([0, 0], [0, 0], [0, 0]) })
  assert.equal(numbers(results['loss']!)[0], 0)
  assert.ok(numbers(results[gradientName('z')]!).every(slope => slope === 0))
})

test('bceWithLogits() makes legal graphs and refuses what does not fit', () => {
  assert.deepEqual(check(lossGraph(3)), [])
  assert.throws(() => lossGraph(2, [1]), /there are 1 positive weights for 2 labels/)
})
