import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FilmRow } from '../../dataset/index.ts'
import { namedAs, unseenBy } from './base-films.ts'

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
    labels: { PNEUMONIA: 1, Edema: 0 },
    split: 'test',
    digest: `d${number}`,
    ...changes,
  }
}

test('films that the base learned from do not count, nor do other films of their patients', () => {
  const known = [
    film(1, { split: 'train' }),
    film(2, { split: 'validation' }),
    film(3, { split: 'test' }),
    film(4, { split: 'unused' }),
  ]
  const testing = [film(1, { name: 'renamed.png' }), film(5, { patient: 'p2' }), film(3), film(4), film(6)]
  const { rows, films, patients } = unseenBy(known, testing, testing)
  assert.deepEqual(
    rows.map(({ row }) => row),
    [3, 4, 6],
  )
  assert.deepEqual([films, patients], [1, 1])
})

test('a patient with another name now is known by a film that was learned from', () => {
  const known = [film(1, { patient: 'Ann', split: 'train' })]
  const now = [film(1, { patient: 'p9', split: 'train' }), film(2, { patient: 'p9' }), film(3)]
  const { rows, films, patients } = unseenBy(known, now.slice(1), now)
  assert.deepEqual([rows.map(({ row }) => row), films, patients], [[3], 0, 1])
})

test('whatever was learned: what is left shares no film and no patient with it, and every film is counted', () => {
  const split = fc.constantFrom('train', 'validation', 'test', 'unused') as fc.Arbitrary<FilmRow['split']>
  const row = fc
    .record({ number: fc.nat({ max: 20 }), patient: fc.nat({ max: 8 }), split })
    .map(({ number, patient, split }) => film(number, { patient: `p${patient}`, split }))
  fc.assert(
    fc.property(fc.array(row), fc.array(row), (known, testing) => {
      const { rows, films, patients } = unseenBy(known, testing, testing)
      assert.equal(rows.length + films + patients, testing.length)
      const learned = known.filter(({ split }) => split === 'train' || split === 'validation')
      for (const { digest, patient } of rows)
        assert.ok(!learned.some(one => one.digest === digest || one.patient === patient))
    }),
  )
})

test('labels get the names that the change has for them, where only the case differs', () => {
  const [row] = namedAs([film(1, { uncertain: ['PNEUMONIA'] })], ['Pneumonia', 'Mass'])
  assert.deepEqual(row?.labels, { Pneumonia: 1, Edema: 0 })
  assert.deepEqual(row?.uncertain, ['Pneumonia'])
  const same = [film(1)]
  assert.equal(namedAs(same, ['PNEUMONIA', 'Edema']), same)
})
