import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../engine/index.ts'
import { checkGradients } from '../testing/gradient-check.ts'
import { gradientCases, prepare } from './gradient-cases.test.fixture.ts'
import { differentiableOps } from './gradient-rules.ts'

for (const given of gradientCases) {
  test(`the gradient of ${given.op} ${given.title} equals central differences`, () => {
    const { graph, inputs, of } = prepare(given, 'float64', interpret)
    checkGradients(graph, { inputs, of })
  })
}

test('every differentiable operator has a case', () => {
  const cased = new Set(gradientCases.map(({ op }) => op))
  assert.deepEqual(
    differentiableOps.filter(op => !cased.has(op)),
    [],
  )
})
