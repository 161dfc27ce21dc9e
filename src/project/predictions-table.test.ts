import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FilmRow } from '../dataset/index.ts'
import { judgementOf } from './judgement.ts'
import { labelMatrix } from './label-matrix.ts'
import { predictionsTable, readPredictions } from './predictions-table.ts'

const row = (number: number, labels: FilmRow['labels']): FilmRow => ({
  row: number,
  name: `${number}.png`,
  path: `${number}.png`,
  patient: `p${number}`,
  followUp: null,
  age: null,
  sex: null,
  view: null,
  width: null,
  height: null,
  spacing: null,
  labels,
  split: 'test',
  digest: '',
})
const rows = [row(4, { Mass: 1, Edema: null }), row(7, { Mass: 0, Edema: 1 })]
const judgement = {
  rows,
  targets: ['Mass', 'Edema'],
  logits: Float64Array.of(1, 2, 3, 4),
  probabilities: Float64Array.of(0.1, 0.2, 0.3, 0.4),
  bad: 0,
}

test('predictionsTable() has columns for each of several targets, and no label where there is none', () => {
  assert.equal(
    predictionsTable(judgement, [0.3, 0.3]),
    [
      'row,label.Mass,logit.Mass,probability.Mass,positive.Mass,label.Edema,logit.Edema,probability.Edema,positive.Edema',
      '4,1,1,0.1,0,,2,0.2,0',
      '7,0,3,0.3,1,1,4,0.4,1',
      '',
    ].join('\n'),
  )
})

test('predictionsTable() of one target has the plain columns', () => {
  const one = {
    ...judgement,
    targets: ['Mass'],
    logits: Float64Array.of(1, 3),
    probabilities: Float64Array.of(0.1, 0.3),
  }
  assert.equal(predictionsTable(one, [0.3]), 'row,label,logit,probability,positive\n4,1,1,0.1,0\n7,0,3,0.3,1\n')
})

test('judgementOf() takes the films that have a label of the target', () => {
  const { rows: known, scores, labels } = judgementOf(judgement, 'Edema')
  assert.deepEqual([known.map(each => each.row), [...scores], [...labels]], [[7], [4], [1]])
})

test('labelMatrix() masks what has no label', () => {
  const { labels, mask } = labelMatrix(rows, ['Edema', 'Mass'])
  assert.deepEqual(
    [[...labels], [...mask]],
    [
      [0, 1, 1, 0],
      [0, 1, 1, 1],
    ],
  )
})

test('readPredictions() gives back what was said, to the last digit, and refuses a table of other findings', () => {
  const said = { ...judgement, logits: Float64Array.of(0.1 + 0.2, -1e-9, Number.NaN, 4) }
  const read = readPredictions(predictionsTable(said, [0.3, 0.3]), judgement.targets)
  assert.deepEqual([...read.keys()], [4, 7])
  assert.deepEqual(read.get(4), { logits: [0.1 + 0.2, -1e-9], probabilities: [0.1, 0.2] })
  assert.deepEqual(read.get(7)?.logits, [Number.NaN, 4])
  assert.throws(() => readPredictions(predictionsTable(said, [0.3, 0.3]), ['Mass']), /of other findings/)
})
