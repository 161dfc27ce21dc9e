import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { logisticRegression, sigmoid, standardise } from './index.ts'
import { allClose, close, reference } from './reference.test.fixture.ts'

test('logisticRegression() agrees with scikit-learn', () => {
  for (const { features, labels, l2, sampleWeights, weights, intercept } of reference.regressions) {
    const model = logisticRegression(
      Float64Array.from(features),
      labels,
      sampleWeights === undefined ? { l2 } : { l2, weights: sampleWeights },
    )
    allClose(model.weights, weights, 1e-6)
    close(model.intercept, intercept, 1e-6)
  }
})

test('logisticRegression() predicts probabilities whose mean is the share of positives', () => {
  const { features, labels } = reference.regressions[0]!
  const x = Float64Array.from(features)
  const mean =
    logisticRegression(x, labels)
      .predict(x)
      .reduce((sum, p) => sum + p, 0) / labels.length
  close(mean, labels.reduce((sum, label) => sum + label, 0) / labels.length)
})

test('logisticRegression() without a penalty ends on separated classes', () => {
  const { weights } = logisticRegression(Float64Array.of(-2, -1, 1, 2), [0, 0, 1, 1], { l2: 0 })
  assert.ok(Number.isFinite(weights[0]) && weights[0]! > 5)
})

test('logisticRegression() without a penalty leaves a direction alone that the data do not tell', () => {
  const twice = Float64Array.of(0, 0, 1, 1, 2, 2, 1, 1, 3, 3, 0, 0)
  const { weights, predict } = logisticRegression(twice, [0, 1, 0, 1, 1, 0], { l2: 0 })
  const once = logisticRegression(Float64Array.of(0, 1, 2, 1, 3, 0), [0, 1, 0, 1, 1, 0], { l2: 0 })
  close(weights[0]! + weights[1]!, once.weights[0]!, 1e-6)
  allClose(predict(twice), once.predict(Float64Array.of(0, 1, 2, 1, 3, 0)), 1e-6)
})

test('logisticRegression() of one class only says that class', () => {
  const { predict } = logisticRegression(Float64Array.of(1, 2, 3), [1, 1, 1])
  assert.ok(predict(Float64Array.of(2))[0]! > 0.999)
})

test('logisticRegression() fits 100,000 rows of 10 columns in seconds', () => {
  const draw = random(1, 'logistic test')
  const features = Float64Array.from({ length: 1_000_000 }, () => draw.normal())
  const labels = Uint8Array.from({ length: 100_000 }, (_, row) =>
    draw.uniform() < sigmoid(features[row * 10]! - features[row * 10 + 9]!) ? 1 : 0,
  )
  const started = performance.now()
  const { weights } = logisticRegression(features, labels)
  assert.ok(performance.now() - started < 5000)
  close(weights[0]!, 1, 0.05)
  close(weights[9]!, -1, 0.05)
  close(weights[5]!, 0, 0.05)
})

test('logisticRegression() refuses features that make no whole rows', () => {
  assert.throws(() => logisticRegression(new Float64Array(5), [0, 1]), /5 features to 2 labels/)
})

test('standardise() gives mean 0 and deviation 1, and leaves a constant column at 0', () => {
  const features = Float64Array.of(1, 0.1, 5, 3, 0.1, 9, 8, 0.1, 1)
  const scaled = standardise(features, 3).apply(features)
  for (const column of [0, 2]) {
    const values = [0, 1, 2].map(row => scaled[row * 3 + column]!)
    close(
      values.reduce((sum, value) => sum + value, 0),
      0,
    )
    close(values.reduce((sum, value) => sum + value ** 2, 0) / 3, 1)
  }
  for (const row of [0, 1, 2]) close(scaled[row * 3 + 1]!, 0)
})
