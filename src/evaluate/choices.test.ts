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

test('a policy of sensitivity keeps it with the fewest false alarms, one of specificity finds the most', () => {
  const film = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom(0, 1))
  const least = fc.double({ min: 0.05, max: 0.99, noNaN: true })
  fc.assert(
    fc.property(fc.array(film, { minLength: 2, maxLength: 50 }), least, (films, share) => {
      const probabilities = films.map(([place]) => place / 30)
      const labels = films.map(([, label]) => label)
      fc.pre(new Set(labels).size === 2)
      const rates = (threshold: number): { sensitivity: number; specificity: number } => {
        const { tp, fp, fn, tn } = confusion(probabilities, labels, threshold)
        return { sensitivity: tp / (tp + fn), specificity: tn / (tn + fp) }
      }
      const all = [...new Set(probabilities), 1.1].map(rates)
      const sensitive = rates(chooseThreshold(probabilities, labels, { sensitivity: share }))
      assert.ok(sensitive.sensitivity >= share)
      for (const other of all) {
        assert.ok(other.sensitivity < share || other.specificity <= sensitive.specificity)
      }
      const specific = rates(chooseThreshold(probabilities, labels, { specificity: share }))
      // A film of probability 1 is positive whatever the threshold.
      fc.pre(!probabilities.some((probability, i) => probability === 1 && labels[i] === 0))
      assert.ok(specific.specificity >= share)
      for (const other of all) {
        assert.ok(other.specificity < share || other.sensitivity <= specific.sensitivity)
      }
    }),
  )
})

test('a policy of costs calls what is at least as likely as a false alarm is cheap', () => {
  const { probabilities, labels } = judgedFilms({ films: 4000 })
  for (const missCosts of [1, 4, 9]) {
    const threshold = chooseThreshold(probabilities, labels, { missCosts })
    assert.ok(Math.abs(threshold - 1 / (1 + missCosts)) < 0.08, `${threshold} where a miss costs ${missCosts}`)
  }
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
