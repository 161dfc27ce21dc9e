import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineReader, textWriter } from './lines.ts'
import { numbering } from './numbering.ts'

const anyLines = fc.array(
  fc.string().map(text => text.replaceAll('\n', '')),
  { minLength: 1 },
)

test('lines are read as split reads them, and any of them may be passed over', () => {
  fc.assert(
    fc.property(anyLines, fc.infiniteStream(fc.boolean()), (lines, choices) => {
      const reader = lineReader(lines.join('\n'))
      for (const line of lines) {
        if (choices.next().value) assert.equal(reader.next(), line)
        else reader.skip()
      }
    }),
  )
})

test('texts are put together in their order, however many', () => {
  const writer = textWriter()
  const texts = Array.from({ length: 10_000 }, (_, i) => `${i}\n`)
  for (const text of texts) writer.write(text)
  assert.equal(writer.text(), texts.join(''))
})

test('numbers lead back to the texts', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), texts => {
      const numbers = numbering()
      const given = texts.map(text => numbers.of(text))
      assert.deepEqual(
        given.map(number => numbers.texts()[number]),
        texts,
      )
      assert.equal(numbers.texts().length, new Set(texts).size)
    }),
  )
})
