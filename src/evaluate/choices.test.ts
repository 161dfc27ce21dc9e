import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calibrated } from '../models/index.ts'
import { confusion, sigmoid, youdenThreshold } from '../statistics/index.ts'
import { calibrate, chooseThreshold } from './index.ts'
import { judgedFilms } from './judged.test.fixture.ts'

test("chooseThreshold() parts the films as Youden's point does", () => {
  const film = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 1))
  fc.assert(
    fc.property(fc.array(film, { minLength: 2, maxLength: 40 }), films => {
      const probabilities = films.map(([place]) => place / 20)
      const labels = films.map(([, label]) => label)
      fc.pre(new Set(labels).size === 2)
      assert.deepEqual(
        confusion(probabilities, labels, chooseThreshold(probabilities, labels)),
        confusion(probabilities, labels, youdenThreshold(probabilities, labels)),
      )
    }),
  )
})

test('chooseThreshold() lies midway between the classes that it parts', () => {
  assert.equal(chooseThreshold([0.1, 0.2, 0.6, 0.9], [0, 0, 1, 1]), 0.4)
})

test('chooseThreshold() says so when validation has one class', () => {
  assert.throws(() => chooseThreshold([0.1, 0.2], [0, 0]), /validation part has 0 positive and 2 negative films/)
})

test('calibrate() makes the mean probability equal the share of positives', () => {
  const { scores, labels, patients } = judgedFilms({ films: 400 })
  const bold = Float64Array.from(scores, score => 3 * score + 2)
  const { map } = calibrate({ logits: bold, labels, patients }, { seed: 1 })
  const mean = bold.reduce((sum, z) => sum + calibrated(z, map), 0) / 400
  assert.ok(Math.abs(mean - Array.from(labels).reduce((sum, label) => sum + label, 0) / 400) < 1e-6)
})

test('calibrate() cools logits that are three times too bold', () => {
  const { scores, labels, patients } = judgedFilms({ films: 2000 })
  const logits = Float64Array.from(scores, score => 3 * score)
  const { map } = calibrate({ logits, labels, patients }, { seed: 1, map: 'temperature' })
  const { temperature, shift } = map.kind === 'temperature' ? map : assert.fail()
  assert.ok(Math.abs(temperature - 3) < 0.3, `temperature ${temperature}`)
  assert.ok(Math.abs(shift) < 0.2)
  assert.equal(calibrated(2, { kind: 'temperature', temperature: 2, shift: 1 }), sigmoid(2))
})
