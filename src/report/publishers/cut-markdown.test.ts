import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutMarkdown } from './cut-markdown.ts'

const line = fc.constantFrom('```', '~~~', '````', '<details>', '</details>', '| a |', 'words', '', '█'.repeat(30))

test('cutMarkdown() never measures more than it may, and leaves what fits as it is', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 80 }), fc.integer({ min: 0, max: 600 }), (lines, most) => {
      const text = lines.join('\n')
      for (const measure of [(given: string) => given.length, Buffer.byteLength]) {
        const cut = cutMarkdown(text, { most, measure, notice: 'cut' })
        if (measure(text) <= most) assert.equal(cut, text)
        else assert.ok(cut === '' || (measure(cut) <= most && cut.endsWith('> [!NOTE]\n> cut\n')))
      }
    }),
  )
})

test('cutMarkdown() shuts a fence with its own marks, and folds, and cuts as late as it can', () => {
  const text = ['<details>', '~~~~', '```', ...Array.from({ length: 50 }, (_, i) => `line ${i}`)].join('\n')
  const cut = cutMarkdown(text, { most: 200, notice: 'N' })
  assert.match(cut, /line \d+\n~~~~\n\n<\/details>\n\n> \[!NOTE\]\n> N\n$/)
  assert.ok(cut.length > 190)
})
