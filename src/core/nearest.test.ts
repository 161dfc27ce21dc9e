import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest, placeOfName } from './nearest.ts'

const stages = ['fetch', 'explore', 'prepare', 'train', 'evaluate', 'publish', 'serve']

test('nearest() finds what was meant', () => {
  assert.equal(nearest('explroe', stages), 'explore')
  assert.equal(nearest('prepar', stages), 'prepare')
  assert.equal(nearest('trian', stages), 'train')
  assert.equal(nearest('pneumonai', ['Pneumonia', 'Pneumothorax']), 'Pneumonia')
})

test('placeOfName() takes the very name before one of other letters in case', () => {
  assert.equal(placeOfName('mass', ['Edema', 'Mass', 'mass']), 2)
  assert.equal(placeOfName('MASS', ['Edema', 'Mass', 'mass']), 1)
  assert.equal(placeOfName('Masses', ['Edema', 'Mass']), -1)
})

test('nearest() ignores the case of letters', () => {
  assert.equal(nearest('EVALUATE', stages), 'evaluate')
})

test('nearest() finds nothing further away than a third of the longer word', () => {
  assert.equal(nearest('xyz', stages), undefined)
  assert.equal(nearest('abcdef', ['abXdeY']), 'abXdeY')
  assert.equal(nearest('abcdef', ['aXcXeX']), undefined)
  assert.equal(nearest('', stages), undefined)
  assert.equal(nearest('train', []), undefined)
})

test('nearest() prefers fewer edits, then the first word', () => {
  assert.equal(nearest('batch', ['match', 'batches', 'batch']), 'batch')
  assert.equal(nearest('bat', ['cat', 'hat']), 'cat')
})

test('editDistance() counts inserts, deletes, replacements and swaps', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3)
  assert.equal(editDistance('ab', 'ba'), 1)
  // Restricted: the free form would need two edits.
  assert.equal(editDistance('ca', 'abc'), 3)
})

test('editDistance() is symmetric, 0 for equal words alone, and at most the longer length', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const edits = editDistance(a, b)
      assert.equal(edits, editDistance(b, a))
      assert.equal(edits === 0, a === b)
      assert.ok(edits <= Math.max(a.length, b.length) && edits >= Math.abs(a.length - b.length))
    }),
  )
})
