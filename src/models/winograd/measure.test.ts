import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, float32, systemClock } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { build, ints } from '../../graph/index.ts'
import { winogradLayers } from './as-winograd.ts'
import { type Candidate, fasterForm } from './measure.ts'

const b = build('convolution')
const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 3, 8, 8] })
const w = b.weight('w', float32([4, 3, 3, 3], new Float32Array(108).fill(1)))
b.output(b.node('Conv', [x, w], { pads: ints([1, 1, 1, 1]) }))
const [layer] = winogradLayers(b.finish())

/** Runs take these milliseconds, direct and Winograd's in turns. */
function clockOf(...milliseconds: readonly number[]): Clock {
  let [now, readings] = [0, 0]
  return {
    ...systemClock,
    now() {
      const run = readings >> 1
      if (readings++ % 2 === 1) now += milliseconds[run % milliseconds.length]!
      return now
    },
  }
}

test('the form is the one whose fastest run was clearly faster, the first run left aside', async () => {
  const form = (gradients: Candidate['gradients'], ...milliseconds: readonly number[]): Promise<string> =>
    fasterForm({ layer: layer!, films: 2, gradients }, { engine: onnxRuntime(), clock: clockOf(...milliseconds) })
  assert.equal(await form(undefined, 9, 99, 20, 90, 70, 10), 'winograd')
  assert.equal(await form('filters', 99, 9, 10, 20, 9, 30), 'direct')
  assert.equal(await form('all', 21, 20), 'direct', 'nearly equal')
})
