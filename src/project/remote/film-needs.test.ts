import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FilmRow } from '../../dataset/index.ts'
import { withoutNames } from './film-needs.ts'

test('films travel by number and patients by their place, in the order of their ids', () => {
  const row = (number: number, patient: string): FilmRow => ({
    row: number,
    name: `${patient}_${number}.png`,
    path: `/films/${patient}_${number}.png`,
    patient,
    followUp: 0,
    age: 50,
    sex: 'F',
    view: 'PA',
    width: null,
    height: null,
    spacing: null,
    labels: { Pneumonia: 1 },
    split: 'train',
    digest: '0'.repeat(64),
  })
  const ids = ['00031', '00007', '00031', '00012', ...Array.from({ length: 9 }, (_, i) => `1000${i}`)]
  const sent = withoutNames(ids.map((id, i) => row(i, id)))
  assert.deepEqual(
    sent.slice(0, 4).map(({ patient }) => patient),
    ['03', '01', '03', '02'],
  )
  assert.deepEqual(
    [...sent].map(({ patient }) => patient).sort(),
    [...ids].sort().map(id => withNumber(id, ids)),
  )
  assert.doesNotMatch(JSON.stringify(sent), /00031|00007|films|png/)
  assert.equal(sent[3]?.name, 'film-3')
})

function withNumber(id: string, ids: readonly string[]): string {
  return String([...new Set(ids)].sort().indexOf(id) + 1).padStart(2, '0')
}
