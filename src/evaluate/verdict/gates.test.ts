import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { passed } from './gate.ts'
import { gatesOf, type Judgeable } from './gates.ts'
import { judgeChange } from './judge-change.ts'
import type { Quality } from './quality.ts'
import { change } from './verdict.test.fixture.ts'

const facts = change()
const { evaluation, compared } = facts.findings[0]!
const area = evaluation!.auroc
const difference = compared!.metrics[0]!.difference

function outcomes(of: Judgeable, quality: Partial<Quality>): Record<string, string> {
  const gates = gatesOf(of, { leaks: true, machines: true, ...quality })
  return Object.fromEntries(gates.map(({ name, outcome }) => [name, outcome]))
}

test('without a word in the configuration a change needs a model, no leaks and no machine left', () => {
  assert.deepEqual(outcomes(facts, {}), { model: 'pass', leaks: 'pass', machines: 'pass' })
  assert.deepEqual(outcomes(facts, { leaks: false, machines: false }), { model: 'pass' })
})

test('of films that were learned from nobody says that the model never saw them', () => {
  const said = (of: Judgeable): string => gatesOf(of, { leaks: true, machines: true })[0]!.sentence
  assert.match(said(facts), /that it never saw$/)
  const leaks = { patients: 3, testingFilms: 9, rate: 0.02, copies: 0, copiesAcross: 0 }
  assert.match(said({ ...facts, data: { diff: null, leaks } }), /patients$/)
})

test('AUROC passes by the lower bound of its interval, not by its value', () => {
  assert.equal(outcomes(facts, { auroc: { atLeast: area.low } })['auroc'], 'pass')
  assert.equal(outcomes(facts, { auroc: { atLeast: (area.low + area.value) / 2 } })['auroc'], 'fail')
})

test('a drop passes when the interval of the difference rules out more than the margin', () => {
  assert.equal(outcomes(facts, { drop: { auroc: -difference.low } })['drop.auroc'], 'pass')
  assert.equal(outcomes(facts, { drop: { auroc: -difference.low - 1e-6 } })['drop.auroc'], 'fail')
})

test('for the Brier score more is worse', () => {
  const { difference: errors } = compared!.metrics.find(({ metric }) => metric === 'brier')!
  assert.ok(errors.high > 0)
  assert.equal(outcomes(facts, { drop: { brier: errors.high } })['drop.brier'], 'pass')
  assert.equal(outcomes(facts, { drop: { brier: errors.high - 1e-6 } })['drop.brier'], 'fail')
})

test('a model that is surely worse is said to be so', () => {
  const gates = gatesOf(change({ noise: 4 }), { leaks: true, machines: true, drop: { auroc: 0.01 } })
  assert.match(gates.find(({ name }) => name === 'drop.auroc')!.sentence, /surely worse/)
})

test('without a base a drop cannot be judged, and the same model passes', () => {
  const quality = { drop: { auroc: 0.001, sensitivity: 0.001 } }
  const alone = outcomes({ ...facts, base: { kind: 'none', why: 'Nothing is published yet' } }, quality)
  assert.deepEqual([alone['drop.auroc'], alone['drop.sensitivity']], ['unknown', 'unknown'])
  const { base } = facts
  assert.ok(base.kind === 'model')
  const same = outcomes({ ...facts, base: { ...base, isSame: true } }, quality)
  assert.deepEqual([same['drop.auroc'], same['drop.sensitivity']], ['pass', 'pass'])
})

test('calibration that so few films show by chance is no failure, and no pass', () => {
  const { expectedError, expectedErrorByChance } = evaluation!.calibration
  assert.ok(expectedError < expectedErrorByChance.high)
  assert.equal(outcomes(facts, { calibration: { atMost: expectedError } })['calibration'], 'pass')
  assert.equal(outcomes(facts, { calibration: { atMost: expectedError / 2 } })['calibration'], 'unknown')
  const off = change({ films: 2000, noise: 3 })
  assert.equal(outcomes(off, { calibration: { atMost: 0.02 } })['calibration'], 'fail')
})

test('a group fails only where it is surely below', () => {
  assert.equal(outcomes(facts, { subgroups: { atLeast: 0.6 } })['subgroups'], 'pass')
  assert.equal(outcomes(facts, { subgroups: { atLeast: 0.99 } })['subgroups'], 'fail')
  assert.equal(outcomes(change({ films: 12 }), { subgroups: { atLeast: 0.99 } })['subgroups'], 'unknown')
})

test('a patient in two parts, a machine left and a bill that is too high each say no', () => {
  const leaks = { patients: 2, testingFilms: 3, rate: 0.1, copies: 1, copiesAcross: 1 }
  const bad: Judgeable = { ...facts, data: { diff: null, leaks }, machines: { left: 1, others: 2, silent: [] } }
  const gates = gatesOf(bad, { leaks: true, machines: true, cost: { atMost: 0.3 } })
  assert.deepEqual(
    gates.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name),
    ['leaks', 'cost', 'machines'],
  )
  assert.match(gates.at(-1)!.sentence, /1 machine of this change is still there, and billed; 2 of other runs/)
})

test('a provider that could not be asked leaves the machines unknown', () => {
  const machines = { left: 0, others: 0, silent: ['scaleway'] }
  assert.equal(outcomes({ ...facts, machines }, {})['machines'], 'unknown')
})

test('a training that failed is a no, and what it would have shown is unknown', () => {
  const failed: Judgeable = {
    ...facts,
    failure: { stage: 'train', status: 'failed', error: 'Problem', seconds: 61.4 },
    testing: null,
    findings: [],
  }
  const quality: Partial<Quality> = {
    auroc: { atLeast: 0.8 },
    sensitivity: { atLeast: 0.8 },
    drop: { auroc: 0.02, brier: 0.01 },
    calibration: { atMost: 0.05 },
    subgroups: { atLeast: 0.7 },
  }
  const { model, leaks, machines, ...others } = outcomes(failed, quality)
  assert.deepEqual([model, leaks, machines], ['fail', 'pass', 'pass'])
  assert.deepEqual(new Set(Object.values(others)), new Set(['unknown']))
  const { passed: verdict, summary } = judgeChange(failed, { leaks: true, machines: true, ...quality })
  assert.equal(verdict, false)
  assert.match(summary, /^1 of 9 gates says no: Trained and judged\. 6 cannot say/)
  assert.match(gatesOf(failed, { leaks: true, machines: true })[0]!.sentence, /"train" failed after 61 s \(Problem\)/)
})

test('of several findings the worst decides, and those with too few films do not count', () => {
  const [finding] = facts.findings
  const good = { ...finding!, target: 'Edema' }
  const weak = { ...change({ noise: 6 }).findings[0]!, target: 'Mass' }
  const several: Judgeable = { ...facts, findings: [good, weak] }
  const gates = gatesOf(several, { leaks: true, machines: true, sensitivity: { atLeast: 0.6 } })
  const sensitivity = gates.find(({ name }) => name === 'sensitivity')!
  assert.equal(sensitivity.outcome, 'fail')
  assert.match(
    sensitivity.sentence,
    /^1 of 2 findings do not keep it: Mass 0\.\d+ \(.*\); its interval was to begin at 0\.600 or above$/,
  )
  const left = { ...several, findings: [good, { ...weak, counts: false }] }
  assert.equal(outcomes(left, { sensitivity: { atLeast: 0.6 } })['sensitivity'], 'pass')
})

test('one no is a no, else one unknown is unknown', () => {
  const outcome = fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const)
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 6 }), all => {
      const gates = all.map(one => ({ name: one, title: one, outcome: one, sentence: '' }))
      const expected = all.includes('fail') ? false : all.includes('unknown') ? null : true
      assert.equal(passed(gates), expected)
    }),
  )
})
