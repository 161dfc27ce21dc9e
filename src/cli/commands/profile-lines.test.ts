import assert from 'node:assert/strict'
import { test } from 'node:test'
import { profileLines } from './profile-lines.ts'

const parts = { learning: 500, update: 100, judging: 50, frozen: 300, films: 30, other: 20 }
const node = { part: 'trained', name: 'block5_conv3/conv', operator: 'Conv', runs: 10, milliseconds: 400 } as const

test('a profile is a table of shares that add up, with the slowest nodes', () => {
  const lines = profileLines({
    steps: 10,
    total: 1000,
    parts,
    busy: { frozen: 700, films: 600 },
    nodes: [node, ...Array.from({ length: 20 }, () => ({ ...node, milliseconds: 5 }))],
  })
  const text = lines.join('\n')
  assert.match(text, /^ +10 steps +ms a step +share$/m)
  assert.match(text, /^forward and backward +50\.0 +50\.0 %$/m)
  assert.match(text, /^waiting for films +3\.0 +3\.0 %$/m)
  assert.match(text, /^all +100\.0 +100\.0 %$/m)
  assert.match(text, /films +60\.0 ms a step, frozen part +70\.0 ms/)
  assert.match(text, /^trained Conv +40\.0 +80\.0 % {2}block5_conv3\/conv$/m)
  assert.equal(text.match(/^trained Conv/gm)?.length, 10)
})

test('a training without steps has a table, too', () => {
  const none = { learning: 0, update: 0, judging: 0, frozen: 0, films: 0, other: 0 }
  const lines = profileLines({ steps: 0, total: 0, parts: none, busy: { frozen: 0, films: 0 }, nodes: [] })
  assert.ok(!lines.join('').includes('NaN'))
})
