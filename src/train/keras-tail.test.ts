import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { floats, packageRoot } from '../core/index.ts'
import { startOf, tailDistance, tailTensors, trainTail } from '../testing/keras-tail.ts'

/** What Keras has after ten steps (see fixtures/keras-tail.py): some values of every tensor, and sums over all of them. */
interface KerasTail {
  readonly width: number
  readonly batch: number
  readonly losses: readonly number[]
  readonly tensors: readonly {
    readonly name: string
    /** Of the whole update. */
    readonly norm: number
    readonly sum: number
    readonly largest: number
    /** float32 in base64, evenly spread over the tensor. */
    readonly kept: string
  }[]
}

const file = join(packageRoot(), 'src', 'train', 'fixtures', 'keras-tail.json')
const keras = JSON.parse(readFileSync(file, 'utf8')) as KerasTail

// Of the guide's shape and an eighth of its width; the benchmark "parity" compares all 28.8 million weights of the whole width.
test("ten steps of Adam over the guide's trained part end where Keras' own end", async t => {
  const { losses, parameters } = await trainTail(keras)
  for (const [i, loss] of losses.entries()) near(loss, keras.losses[i]!, `loss of step ${i + 1}`, 1e-4)
  const tensors = tailTensors(keras.width)
  assert.equal(losses.length, keras.losses.length)
  for (const [i, { name, norm, sum, largest, kept }] of keras.tensors.entries()) {
    const tensor = tensors[i]!
    assert.equal(tensor.name, name)
    const found = parameters[name]!
    const { length } = floats(found)
    const wanted = new Float32Array(Uint8Array.from(Buffer.from(kept, 'base64')).buffer)
    const places = Array.from(wanted, (_, k) => Math.floor((k * length) / wanted.length))
    const apart = tailDistance(tensor, found, wanted, places)
    t.diagnostic(`${name}: ${apart.largest.toExponential(1)} of the largest, update ${apart.update.toExponential(1)}`)
    assert.ok(apart.largest <= 1e-4, `${name} is ${apart.largest} off`)
    assert.ok(apart.update <= 1e-3, `the update of ${name} is ${apart.update} off`)
    const whole = updateOf(floats(found), floats(startOf(tensor)))
    near(whole.norm, norm, `norm of the update of ${name}`, 1e-3)
    // A sum of updates to both sides is known as well as their norm lets it be.
    assert.ok(Math.abs(whole.sum - sum) <= 1e-3 * norm * Math.sqrt(length), `sum of the update of ${name}`)
    near(whole.largest, largest, `largest value of ${name}`, 1e-4)
  }
})

function updateOf(end: Float32Array, start: Float32Array): { norm: number; sum: number; largest: number } {
  let [squares, sum, largest] = [0, 0, 0]
  for (let i = 0; i < end.length; i++) {
    const change = end[i]! - start[i]!
    squares += change ** 2
    sum += change
    largest = Math.max(largest, Math.abs(end[i]!))
  }
  return { norm: Math.sqrt(squares), sum, largest }
}

function near(found: number, wanted: number, what: string, relative: number): void {
  assert.ok(Math.abs(found - wanted) <= relative * Math.abs(wanted), `${what}: ${found}, ${wanted} was wanted`)
}
