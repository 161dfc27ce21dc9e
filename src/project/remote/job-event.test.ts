import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgressEvent } from '../../core/index.ts'
import { eventLine, eventOf } from './job-event.ts'

test('an event comes back from its line, and every other line is for people to read', () => {
  const events: readonly ProgressEvent[] = [
    { kind: 'progress', task: 'Training', done: 1, total: 9, unit: 'steps', detail: 'epoch 1' },
    { kind: 'note', text: '{' },
    { kind: 'warning', text: 'careful' },
  ]
  for (const event of events) assert.deepEqual(eventOf(eventLine(event)), event)
  for (const line of ['', 'a word', '{', '{}', '{"format":"chestnut.job-event/1","event":{"kind":"progress"}}'])
    assert.deepEqual(eventOf(line), { kind: 'note', text: line })
})
