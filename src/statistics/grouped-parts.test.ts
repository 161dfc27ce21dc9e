import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem, random } from '../core/index.ts'
import { assignGroups } from './assign-groups.ts'
import { groupedStratifiedFolds, groupedStratifiedParts } from './index.ts'
import { reference } from './reference.test.fixture.ts'

test('assignGroups() shares out as StratifiedGroupKFold of scikit-learn does', () => {
  for (const { groups, classes, folds, expected } of reference.folds) {
    const counts = Array.from({ length: Math.max(...groups) + 1 }, () => new Int32Array(Math.max(...classes) + 1))
    groups.forEach((group, i) => {
      counts[group]![classes[i]!]!++
    })
    const parts = assignGroups(counts, [...counts.keys()], new Array<number>(folds).fill(1 / folds))
    assert.deepEqual(
      groups.map(group => parts[group]),
      expected,
    )
  }
})

test('groupedStratifiedFolds() never parts a patient, and uses every fold', () => {
  const films = fc.array(fc.record({ label: fc.constantFrom(0, 1), patient: fc.nat({ max: 30 }) }), {
    minLength: 30,
    maxLength: 150,
  })
  fc.assert(
    fc.property(films, fc.integer({ min: 2, max: 5 }), fc.nat(), (drawn, folds, seed) => {
      const groups = drawn.map(({ patient }) => `p${patient}`)
      fc.pre(new Set(groups).size >= 2 * folds)
      const found = groupedStratifiedFolds({ classes: drawn.map(({ label }) => label), groups, folds, seed })
      const foldOf = new Map<string, number>()
      groups.forEach((group, i) => {
        assert.equal(found[i], foldOf.get(group) ?? found[i])
        foldOf.set(group, found[i]!)
      })
      assert.deepEqual(new Set(found), new Set(Array.from({ length: folds }, (_, fold) => fold)))
    }),
  )
})

test('groupedStratifiedFolds() of 1,402 films with 539 positives are balanced to a film or two', () => {
  const { classes, groups } = cohort()
  const folds = groupedStratifiedFolds({ classes, groups, folds: 5, seed: 1 })
  for (let fold = 0; fold < 5; fold++) {
    const inside = [...folds.keys()].filter(i => folds[i] === fold)
    const positives = inside.filter(i => classes[i] === 1).length
    assert.ok(Math.abs(inside.length - 1402 / 5) <= 2, `${inside.length} films`)
    assert.ok(Math.abs(positives - 539 / 5) <= 2, `${positives} positives`)
  }
})

test('groupedStratifiedFolds() repeat with the seed and differ with another', () => {
  const { classes, groups } = cohort()
  const of = (seed: number): Int32Array => groupedStratifiedFolds({ classes, groups, folds: 5, seed })
  assert.deepEqual(of(1), of(1))
  assert.notDeepEqual(of(1), of(2))
})

test('groupedStratifiedParts() have the wished shares of films and of positives', () => {
  const { classes, groups } = cohort()
  const shares = [0.7, 0.1, 0.2]
  const parts = groupedStratifiedParts({ classes, groups, shares, seed: 3 })
  shares.forEach((share, part) => {
    const inside = [...parts.keys()].filter(i => parts[i] === part)
    const positives = inside.filter(i => classes[i] === 1).length
    assert.ok(Math.abs(inside.length / 1402 - share) < 0.005, `${inside.length} films in part ${part}`)
    assert.ok(Math.abs(positives / 539 - share) < 0.008, `${positives} positives in part ${part}`)
  })
})

test('groupedStratifiedFolds() says so when there are fewer patients than folds', () => {
  assert.throws(
    () => groupedStratifiedFolds({ classes: [0, 1, 1], groups: ['a', 'a', 'b'], folds: 3, seed: 1 }),
    (error: unknown) => error instanceof Problem && /2 patients into 3 parts/.test(error.message),
  )
})

/** Films in the guide's numbers: most patients have one, a few have many, some show both classes. */
function cohort(): { classes: number[]; groups: string[] } {
  const draw = random(7, 'cohort')
  const classes = Array.from({ length: 1402 }, (_, i) => (i < 539 ? 1 : 0))
  const groups = classes.map(label => {
    const often = draw.uniform() < 0.15
    return often ? `often ${draw.integer(60)}` : `${label} ${draw.integer(900)}`
  })
  return { classes, groups }
}
