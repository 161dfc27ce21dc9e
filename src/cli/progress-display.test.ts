import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../core/index.ts'
import { progressDisplay } from './progress-display.ts'

/** What a terminal is sent when a task tells of these steps, one every second. */
function drawn(steps: readonly number[], total: number): readonly string[] {
  const written: string[] = []
  const stream = {
    isTTY: true,
    columns: 100,
    write: (text: string) => written.push(text.replace('\r\u001b[2K', '').trim()) > 0,
  } as unknown as NodeJS.WriteStream
  let seconds = 0
  const display = progressDisplay({ ...systemClock, now: () => 1000 * seconds++ }, stream)
  for (const done of steps) display.show({ kind: 'progress', task: 'Training', done, total, unit: 'steps' })
  return written
}

test('the time left is judged by the steps of this run, not by those that an earlier one left', () => {
  const [first, second] = drawn([120, 122], 150)
  assert.match(first!, /120\/150 steps$/)
  assert.match(second!, /122\/150 steps, 14 s left$/)
})
