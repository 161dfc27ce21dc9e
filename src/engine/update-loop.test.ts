import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, optimizerSlots } from '../core/index.ts'
import { optimizerTraces as reference } from '../testing/optimizer-traces.test.fixture.ts'
import { clipScale, normOf, type Slots, sumOfSquares, update } from './update-loop.ts'

const names = Object.keys(reference.parameters)

for (const { name, optimizer, ...traces } of reference.cases) {
  for (const [manner, trace] of Object.entries(traces)) {
    test(`update() follows ${name} over five steps, ${manner}`, () => {
      const parameters = names.map(each => Float32Array.from(reference.parameters[each]!))
      const slots = parameters.map(
        ({ length }): Slots =>
          Object.fromEntries(optimizerSlots(optimizer).map(slot => [slot, new Float32Array(length)])),
      )
      for (const [i, values] of reference.gradients.entries()) {
        const gradients = names.map(each => Float32Array.from(values[each]!))
        const norm = normOf(gradients.map(sumOfSquares))
        const scale = manner === 'clipped' ? clipScale({ norm: reference.clip }, norm) : 1
        const squares = parameters.map((parameter, k) => {
          const [shape, gradient] = [reference.shapes[names[k]!]!, gradients[k]!]
          const at = { parameter, shape, gradient, scale, slots: slots[k]!, rate: reference.rate, step: i + 1 }
          const square = update(optimizer, at)
          const wanted = trace[i]![names[k]!]!
          for (const [j, value] of wanted.entries()) close(parameter[j]!, value, `step ${i + 1}, ${names[k]} ${j}`)
          return square
        })
        for (const found of [norm, normOf(squares)]) close(found, trace[i]!.norm, `step ${i + 1}, norm`)
      }
    })
  }
}

function close(found: number, wanted: number, where: string): void {
  assert.ok(Math.abs(found - wanted) < 1e-6, `${where}: ${found} should be ${wanted}`)
}

test('update() refuses to run without the slots of its optimizer', () => {
  const [parameter, gradient] = [new Float32Array(1), new Float32Array(1)]
  const at = { parameter, shape: [1], gradient, scale: 1, slots: {}, rate: 0.1, step: 1 }
  assert.throws(() => update({ kind: 'adam' }, at), /the optimizer's slot "m" is missing/)
  assert.throws(() => update(adam({ amsgrad: true }), { ...at, slots: { m: gradient, v: gradient } }), /slot "vmax"/)
})

test('sumOfSquares() counts every number, whatever the length', () => {
  for (let length = 0; length < 10; length++) {
    assert.equal(
      sumOfSquares(Float32Array.from({ length }, (_, i) => i)),
      ((length - 1) * length * (2 * length - 1)) / 6,
    )
  }
})

test('clipScale() leaves small gradients as they are and passes on what is no number', () => {
  assert.equal(clipScale({ norm: 1 }, 0.5), 1)
  assert.equal(clipScale({ norm: 1 }, 0), 1)
  assert.ok(Math.abs(clipScale({ norm: 1 }, 4) - 0.25) < 1e-6)
  assert.ok(Number.isNaN(clipScale({ norm: 1 }, Number.NaN)))
})
