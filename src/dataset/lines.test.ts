import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineReader, textWriter } from './lines.ts'
import { numbered } from './numbered.ts'

const anyLines = fc.array(
  fc.string().map(text => text.replaceAll('\n', '')),
  { minLength: 1 },
)

test('lines are read as split reads them', () => {
  fc.assert(
    fc.property(anyLines, lines => {
      const next = lineReader(lines.join('\n'))
      assert.deepEqual(
        lines.map(() => next()),
        lines,
      )
    }),
  )
})

test('pieces are written in their order, however many', () => {
  const writer = textWriter()
  const pieces = Array.from({ length: 10_000 }, (_, i) => `${i} `)
  for (const piece of pieces) writer.write(piece, '\n')
  assert.equal(writer.text(), pieces.map(piece => `${piece}\n`).join(''))
})

test('numbers lead back to the lines', () => {
  fc.assert(
    fc.property(anyLines, lines => {
      const { numbers, distinct } = numbered(lines.join('\n'), lines.length)
      assert.deepEqual(
        Array.from(numbers, number => distinct[number]),
        lines,
      )
      assert.equal(new Set(distinct).size, distinct.length)
    }),
  )
})
