import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparisonSentence } from './index.ts'

const ill = { Pneumonia: 1, 'No Finding': 0, Effusion: 0 } as const
const healthy = { Pneumonia: 0, 'No Finding': 1, Effusion: 0 } as const
const other = { Pneumonia: 0, 'No Finding': 0, Effusion: 1 } as const

test('comparisonSentence() says that films with other findings only are not there', () => {
  const films = [
    { patient: 'a', labels: ill },
    { patient: 'a', labels: ill },
    { patient: 'b', labels: healthy },
  ]
  assert.equal(
    comparisonSentence(films, 'Pneumonia'),
    'Pneumonia (2 films of 1 patient) against No Finding (1 film of 1 patient): films with other findings only are not in this set',
  )
})

test('comparisonSentence() says how many of the others are ill too', () => {
  const films = [
    { patient: 'a', labels: ill },
    { patient: 'b', labels: healthy },
    { patient: 'c', labels: other },
    { patient: 'c', labels: other },
  ]
  assert.equal(
    comparisonSentence(films, 'Pneumonia'),
    'Pneumonia (1 film of 1 patient) against films without Pneumonia (3 films of 2 patients): 1 shows no finding, 2 show other findings only',
  )
})

test('comparisonSentence() calls a film healthy only if every other finding is known to be absent', () => {
  const films = [
    { patient: 'a', labels: { Mass: 1, Edema: 0, Nodule: 0 } },
    { patient: 'b', labels: { Mass: 0, Edema: 0, Nodule: 0 } },
    { patient: 'c', labels: { Mass: 0, Edema: null, Nodule: 0 } },
    { patient: 'd', labels: { Mass: 0, Edema: null, Nodule: 1 } },
  ] as const
  assert.equal(
    comparisonSentence(films, 'Mass'),
    'Mass (1 film of 1 patient) against films without Mass (3 films of 3 patients): 1 shows no finding, 1 shows other findings only, of 1 film that is not known',
  )
})

test('comparisonSentence() of two classes names them and says no more', () => {
  const films = [
    { patient: 'a', labels: { PNEUMONIA: 1, NORMAL: 0 } },
    { patient: 'b', labels: { PNEUMONIA: 0, NORMAL: 1 } },
  ] as const
  assert.equal(
    comparisonSentence(films, 'PNEUMONIA'),
    'PNEUMONIA (1 film of 1 patient) against NORMAL (1 film of 1 patient)',
  )
})

test('comparisonSentence() leaves out films that are not labelled', () => {
  const films = [
    { patient: 'a', labels: { Pneumonia: 1 } },
    { patient: 'b', labels: { Pneumonia: 0 } },
    { patient: 'c', labels: { Pneumonia: null } },
  ] as const
  assert.equal(
    comparisonSentence(films, 'Pneumonia'),
    'Pneumonia (1 film of 1 patient) against films without Pneumonia (1 film of 1 patient)',
  )
})
