import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cell, cells } from './csv.ts'

const anyCell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '|', 'é') })

test('cells that were written are read back', () => {
  fc.assert(
    fc.property(fc.array(anyCell, { minLength: 1 }), values =>
      assert.deepEqual(cells(values.map(cell).join(',')), values),
    ),
  )
})

test('a cell is quoted only where it must be', () => {
  assert.equal(cell('No Finding'), 'No Finding')
  assert.equal(cell('a,b'), '"a,b"')
  assert.equal(cell('say "aah"'), '"say ""aah"""')
})

test('a quoted cell without an end is refused', () => {
  assert.throws(() => cells('1,"2'), SyntaxError)
})
