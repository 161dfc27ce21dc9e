import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Problem, random } from '../core/index.ts'
import { auroc } from '../statistics/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import type { FilmRow } from './film-row.ts'
import { metadataLogits, metadataScore } from './metadata-score.ts'

const target = 'Pneumonia'

test('metadataScore() finds the fact that tells the label, and nothing in the others', () => {
  const rows = cohort(400, (label, draw) => ({ view: draw.uniform() < (label === 1 ? 0.8 : 0.2) ? 'AP' : 'PA' }))
  const { each, all, films, patients, folds } = metadataScore(rows, { target, seed: 1 })
  const of = (name: string): number => each.find(score => score.name === name)?.auroc.value ?? Number.NaN
  assert.ok(Math.abs(of('view') - 0.8) < 0.06, `view ${of('view')}`)
  for (const name of ['age', 'sex', 'follow-up number', 'original size', 'order of collection']) {
    assert.ok(Math.abs(of(name) - 0.5) < 0.1, `${name} ${of(name)}`)
  }
  assert.ok(all !== null && all.low > 0.7 && all.high < 0.9)
  assert.deepEqual([films, patients, folds], [400, 200, 5])
})

test('metadataScore() sees that old and young are ill, not those between', () => {
  const rows = cohort(400, (label, draw) => ({ age: label === 1 ? (draw.uniform() < 0.5 ? 5 : 85) : 45 }))
  const age = metadataScore(rows, { target, seed: 1 }).each.find(({ name }) => name === 'age')
  assert.ok(age !== undefined && age.auroc.value > 0.95)
})

test('metadataScore() takes a missing value as a fact of its own', () => {
  const rows = cohort(400, (label, draw) => ({ age: label === 1 && draw.uniform() < 0.7 ? null : 50 }))
  const age = metadataScore(rows, { target, seed: 1 }).each.find(({ name }) => name === 'age')
  assert.ok(age !== undefined && Math.abs(age.auroc.value - 0.85) < 0.05)
})

test('metadataScore() keeps the order of collection out of the score of all facts', () => {
  const rows = cohort(300, () => ({})).map(row => ({
    ...row,
    row: row.labels[target] === 1 ? row.row : row.row + 1000,
  }))
  const { all, allWithOrder, each } = metadataScore(rows, { target, seed: 1 })
  assert.ok(all !== null && all.value < 0.6)
  assert.ok(allWithOrder !== null && allWithOrder.value > 0.99)
  assert.ok(each.some(({ name, auroc }) => name === 'order of collection' && auroc.value > 0.99))
  assert.equal(metadataScore(rows, { target, seed: 1, without: ['order of collection'] }).each.length, 5)
})

test('metadataScore() of films of which the table says nothing has the order of collection alone', () => {
  const rows = cohort(60, () => ({ view: null, age: null, sex: null, followUp: null, width: null, height: null }))
  const { each, all, allWithOrder } = metadataScore(rows, { target, seed: 1 })
  assert.deepEqual(
    each.map(({ name }) => name),
    ['order of collection'],
  )
  assert.equal(all, null)
  assert.ok(allWithOrder !== null)
  assert.equal(metadataLogits(rows, rows, { target }), undefined)
})

test('metadataScore() leaves out films without a label, and makes fewer folds of few patients', () => {
  const rows = cohort(16, () => ({})).map((row, i) => (i < 4 ? { ...row, labels: { [target]: null } } : row))
  const { films, folds } = metadataScore(rows, { target, seed: 1 })
  assert.deepEqual([films, folds], [12, 3])
})

test('metadataScore() says so when a class has too few patients', () => {
  const healthy = cohort(20, () => ({})).map(row => ({ ...row, labels: { [target]: 0 as const } }))
  assert.throws(
    () => metadataScore(healthy, { target, seed: 1 }),
    (error: unknown) => error instanceof Problem && /fewer than two patients/.test(error.message),
  )
})

test('metadataScore() repeats with its seed', () => {
  const rows = cohort(80, () => ({}))
  assert.deepEqual(metadataScore(rows, { target, seed: 5 }), metadataScore(rows, { target, seed: 5 }))
})

test('metadataLogits() judges films by others', () => {
  const rows = cohort(400, (label, draw) => ({ view: draw.uniform() < (label === 1 ? 0.9 : 0.1) ? 'AP' : 'PA' }))
  const judged = rows.slice(300)
  const logits = metadataLogits(rows.slice(0, 300), judged, { target })
  assert.ok(logits !== undefined)
  assert.ok(
    auroc(
      logits,
      judged.map(row => row.labels[target] ?? 0),
    ) > 0.8,
  )
})

test('metadata alone scores about 0.81 on the 689 real films', { skip: needData('nih-cxr14', 'images') }, t => {
  const rows = realFilms()
  assert.equal(rows.length, 689)
  const { all, allWithOrder, each } = metadataScore(rows, { target, seed: 1 })
  assert.ok(all !== null && allWithOrder !== null)
  t.diagnostic(
    `all ${all.value.toFixed(3)} (${all.low.toFixed(3)} to ${all.high.toFixed(3)}), with order ${allWithOrder.value.toFixed(3)}`,
  )
  for (const { name, auroc } of each) t.diagnostic(`${name} ${auroc.value.toFixed(3)}`)
  assert.ok(all.value > 0.79 && all.value < 0.83)
})

/** Films of two a patient, alternating between the classes; `facts` changes what chance would say. */
function cohort(
  films: number,
  facts: (label: 0 | 1, draw: ReturnType<typeof random>) => Partial<FilmRow>,
): readonly FilmRow[] {
  const draw = random(1, 'metadata cohort')
  return Array.from({ length: films }, (_, row) => {
    const patient = Math.floor(row / 2)
    const label = patient % 2 === 0 ? 0 : 1
    return {
      row,
      name: `${row}.png`,
      path: '',
      patient: `p${patient}`,
      followUp: draw.integer(5),
      age: 20 + draw.integer(60),
      sex: draw.uniform() < 0.5 ? 'F' : 'M',
      view: draw.uniform() < 0.5 ? 'PA' : 'AP',
      width: 2000 + draw.integer(500),
      height: 2000 + draw.integer(500),
      spacing: null,
      labels: { [target]: label },
      split: 'unused',
      digest: '',
      ...facts(label, draw),
    }
  })
}

/** The rows of the published table whose film is at hand. */
function realFilms(): readonly FilmRow[] {
  const there = new Set(readdirSync(sharedData('nih-cxr14', 'images')))
  const table = gunzipSync(readFileSync(sharedData('nih-cxr14', 'Data_Entry_2017_v2020.csv.gz'))).toString()
  const rows = table
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','))
  return rows.flatMap((cells, row) => {
    const [name = '', findings = '', followUp, patient = '', age, sex, view, width, height] = cells
    if (!there.has(name)) return []
    return {
      row,
      name,
      path: '',
      patient,
      followUp: Number(followUp),
      age: Number(age),
      sex: sex === 'M' ? 'M' : 'F',
      view: view === 'AP' ? 'AP' : 'PA',
      width: Number(width),
      height: Number(height),
      spacing: null,
      labels: { [target]: findings.split('|').includes(target) ? 1 : 0 },
      split: 'unused',
      digest: '',
    }
  })
}
