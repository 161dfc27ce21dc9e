import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dataDiff } from './data-diff.ts'
import { dataLeaks } from './data-leaks.ts'
import type { FilmRow } from './film-row.ts'

function film(number: number, changes: Partial<FilmRow> = {}): FilmRow {
  return {
    row: number,
    name: `${number}.png`,
    path: `films/${number}.png`,
    patient: `p${number}`,
    followUp: null,
    age: null,
    sex: null,
    view: null,
    width: null,
    height: null,
    spacing: null,
    labels: { Pneumonia: 0, Edema: 0 },
    split: 'train',
    digest: `d${number}`,
    ...changes,
  }
}

test('dataDiff() of the same films is nothing, whatever they are called and wherever they lie', () => {
  const before = [film(1), film(2), film(3, { split: 'test' })]
  const after = before.map(row => ({ ...row, name: `new-${row.name}`, path: `elsewhere/${row.name}` })).reverse()
  const { films, patients, labels, moved } = dataDiff(before, after)
  assert.deepEqual(films, { before: 3, after: 3, added: 0, removed: 0, changed: 0 })
  assert.deepEqual(patients, { before: 3, after: 3, added: 0, removed: 0 })
  assert.deepEqual([labels, moved], [[], 0])
})

test('dataDiff() counts films that came, went, and have other bytes now', () => {
  const before = [film(1), film(2), film(3)]
  const after = [film(1), film(2, { digest: 'other' }), film(4), film(5, { patient: 'p1' })]
  const { films, patients } = dataDiff(before, after)
  assert.deepEqual(films, { before: 3, after: 4, added: 2, removed: 1, changed: 1 })
  assert.deepEqual(patients, { before: 3, after: 3, added: 1, removed: 1 })
})

test('dataDiff() counts labels that turned, by finding, as the table has them', () => {
  const before = [
    film(1, { labels: { Pneumonia: 0, Edema: 1 } }),
    film(2, { labels: { Pneumonia: 1, Edema: null } }),
    film(3, { labels: { Pneumonia: 1, Edema: 0 }, uncertain: ['Pneumonia'] }),
  ]
  const after = [
    film(1, { labels: { Pneumonia: 1, Edema: 0 } }),
    film(2, { labels: { Pneumonia: 1, Edema: 1 } }),
    // In training the policy took the uncertain label for 1, in testing nothing does.
    film(3, { labels: { Pneumonia: null, Edema: 0 }, uncertain: ['Pneumonia'], split: 'test' }),
  ]
  const { labels, moved, movedIntoTesting } = dataDiff(before, after)
  assert.deepEqual(labels, [
    { finding: 'Pneumonia', gained: 1, lost: 0, known: 0 },
    { finding: 'Edema', gained: 0, lost: 1, known: 1 },
  ])
  assert.deepEqual([moved, movedIntoTesting], [1, 1])
})

test('dataDiff() says how large each part was and is', () => {
  const { parts } = dataDiff([film(1), film(2, { patient: 'p1' })], [film(1), film(3, { split: 'test' })])
  assert.deepEqual(parts, [
    { part: 'train', before: { films: 2, patients: 1 }, after: { films: 1, patients: 1 } },
    { part: 'test', before: { films: 0, patients: 0 }, after: { films: 1, patients: 1 } },
  ])
})

test('dataLeaks() sees patients in two parts, and films that are there under other names', () => {
  const rows = [
    film(1),
    film(2, { patient: 'p1', split: 'test' }),
    film(3, { split: 'validation' }),
    film(4, { digest: 'd3', split: 'test' }),
    film(5, { split: 'test' }),
    film(6, { patient: 'p5', split: 'unused' }),
  ]
  assert.deepEqual(dataLeaks(rows), { patients: 1, testingFilms: 2, rate: 2 / 3, copies: 1, copiesAcross: 1 })
})

test('whatever came and went: before minus removed plus added is after', () => {
  const rows = fc.uniqueArray(fc.nat({ max: 30 })).map(numbers => numbers.map(number => film(number)))
  fc.assert(
    fc.property(rows, rows, (before, after) => {
      const { films, patients } = dataDiff(before, after)
      for (const change of [films, patients]) assert.equal(change.before - change.removed + change.added, change.after)
      assert.deepEqual(dataDiff(after, before).films.added, films.removed)
    }),
  )
})
