import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Optimizer, packageRoot } from '../core/index.ts'
import { slotNames, update } from './update-loop.ts'

interface Reference {
  readonly rate: number
  readonly parameter: readonly number[]
  readonly gradients: readonly (readonly number[])[]
  readonly cases: readonly {
    readonly name: string
    readonly optimizer: Optimizer
    readonly parameters: readonly (readonly number[])[]
  }[]
}

const reference: Reference = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'engine', 'fixtures', 'optimizers.json'), 'utf8'),
)

for (const { name, optimizer, parameters } of reference.cases) {
  test(`update() follows PyTorch's ${name} over five steps`, () => {
    const parameter = Float32Array.from(reference.parameter)
    const slots = Object.fromEntries(slotNames(optimizer).map(slot => [slot, new Float32Array(parameter.length)]))
    for (const [i, values] of reference.gradients.entries()) {
      update(optimizer, { parameter, gradient: Float32Array.from(values), slots, rate: reference.rate, step: i + 1 })
      for (const [j, wanted] of parameters[i]!.entries()) {
        const error = Math.abs(parameter[j]! - wanted)
        assert.ok(error < 1e-6, `step ${i + 1}, element ${j}: ${parameter[j]} should be ${wanted}`)
      }
    }
  })
}

test('update() refuses to run without the slots of its optimizer', () => {
  const parameter = new Float32Array(1)
  const at = { parameter, gradient: new Float32Array(1), slots: {}, rate: 0.1, step: 1 }
  assert.throws(() => update({ kind: 'adam' }, at), /the optimizer's slot "m" is missing/)
})
