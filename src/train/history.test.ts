import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyCharts, historyOf, readHistory } from './history.ts'
import type { EpochRecord } from './plan.ts'

const record = (epoch: number, best: boolean): EpochRecord => ({
  epoch,
  trainLoss: 1 / epoch,
  trainAccuracy: 0.5 + epoch / 100,
  rate: 0.001,
  gradientNorm: 3 / epoch,
  validationLoss: 2 / epoch,
  validationAccuracy: 0.4 + epoch / 100,
  validationAuroc: epoch === 1 ? null : 0.75,
  best,
})
const history = historyOf({ history: [record(1, true), record(2, true), record(3, false)], bestEpoch: 2 })

test('a history is read as it was written', () => {
  assert.equal(history.format, 'chestnut.history/1')
  assert.deepEqual(readHistory(JSON.stringify(history)), history)
})

test('a history of a newer Chestnut, and something else, are refused', () => {
  assert.throws(() => readHistory(JSON.stringify({ ...history, format: 'chestnut.history/2' })), /newer Chestnut/)
  assert.throws(() => readHistory('{"format":"chestnut.history/1"}'), /it holds no epochs/)
  assert.throws(() => readHistory('null'))
})

test('the charts show loss and accuracy side by side, for training and validation, with the best epoch', () => {
  const charts = historyCharts(history)
  assert.deepEqual(
    charts.map(({ title }) => title),
    ['Loss', 'Accuracy'],
  )
  const [{ chart }] = charts as [(typeof charts)[number]]
  assert.ok(chart.kind === 'lines')
  assert.deepEqual(
    chart.series.map(({ name, points }) => [name, points[2]]),
    [
      ['training', [3, 1 / 3]],
      ['validation', [3, 2 / 3]],
    ],
  )
  assert.deepEqual(chart.rules, [{ x: 2, label: 'best' }])
})
