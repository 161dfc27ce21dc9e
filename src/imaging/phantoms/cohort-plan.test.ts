import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PhantomOptions, type PlannedFilm, planCohort } from './cohort-plan.ts'

const patients = 1500
const cohort = planned({})

function planned(options: Partial<PhantomOptions>): PlannedFilm[] {
  return [...planCohort({ seed: 7, patients, ...options })]
}

const isIll = ({ findings }: PlannedFilm): boolean => findings.includes('Pneumonia')
const isBed = ({ plan }: PlannedFilm): boolean => plan.acquisition.view === 'AP'

function share<T>(items: readonly T[], counts: (item: T) => boolean): number {
  return items.filter(counts).length / items.length
}

/** A share of n draws is within this of its expectation but once in a thousand times. */
function slack(expected: number, n: number): number {
  return 3.3 * Math.sqrt((expected * (1 - expected)) / n)
}

test('follow-ups and ages go on from film to film, and the patient stays the same', () => {
  for (const [i, { patient, followUp, age, plan }] of cohort.entries()) {
    const before = cohort[i - 1]
    if (before?.patient !== patient) {
      assert.equal(followUp, 0)
      continue
    }
    assert.equal(followUp, before.followUp + 1)
    assert.deepEqual(plan.anatomy, before.plan.anatomy)
    assert.ok(age >= before.age && age <= 95)
  }
})

test('more than half of the patients have one film, and none has more than eight', () => {
  const counts = new Map<number, number>()
  for (const { patient } of cohort) counts.set(patient, (counts.get(patient) ?? 0) + 1)
  const films = [...counts.values()]
  assert.ok(Math.abs(share(films, count => count === 1) - 0.54) < slack(0.54, patients))
  assert.equal(Math.max(...films), 8)
})

test('findings are sorted, and No Finding stands alone', () => {
  for (const { findings } of cohort) {
    assert.deepEqual([...findings].sort(), findings)
    assert.ok(findings.length > 0)
    assert.ok(!findings.includes('No Finding') || findings.length === 1)
  }
})

test('other findings are as frequent with pneumonia as without', () => {
  const ill = cohort.filter(isIll)
  const well = cohort.filter(film => !isIll(film))
  for (const finding of ['Atelectasis', 'Effusion', 'Fibrosis', 'Infiltration', 'Nodule']) {
    const has = ({ findings }: PlannedFilm): boolean => findings.includes(finding)
    const all = share(cohort, has)
    assert.ok(all > 0.03 && all < 0.15)
    assert.ok(Math.abs(share(ill, has) - share(well, has)) < slack(all, ill.length) + slack(all, well.length))
  }
})

for (const prevalence of [0, 0.15, 0.5, 1]) {
  test(`a prevalence of ${prevalence} is the share of films with pneumonia`, () => {
    // Films of a patient go together, so that patients count and not films.
    const found = share(planned({ prevalence }), isIll)
    assert.ok(Math.abs(found - prevalence) <= slack(prevalence, patients), `${found}`)
  })
}

test('films of one patient agree more often than those of two', () => {
  const pairs = cohort.flatMap((film, i) => (film.followUp > 0 ? [[film, cohort[i - 1]!] as const] : []))
  assert.ok(share(pairs, ([a, b]) => isIll(a) === isIll(b)) > 0.7)
})

test('two of five films are taken on a bed, whatever they show', () => {
  const ill = cohort.filter(isIll)
  const well = cohort.filter(film => !isIll(film))
  assert.ok(Math.abs(share(cohort, isBed) - 0.4) < slack(0.4, cohort.length))
  assert.ok(Math.abs(share(ill, isBed) - share(well, isBed)) < slack(0.4, ill.length) + slack(0.4, well.length))
})

test('a planted view goes with the label in nine of ten films and changes no label', () => {
  const biased = planned({ shortcut: 'view' })
  const agree = share(biased, film => isBed(film) === isIll(film))
  assert.ok(Math.abs(agree - 0.9) < slack(0.9, biased.length))
  assert.deepEqual(biased.map(isIll), cohort.map(isIll))
})

test('a planted marker or scanner leaves the views alone', () => {
  for (const shortcut of ['marker', 'scanner'] as const) {
    assert.deepEqual(planned({ shortcut }).map(isBed), cohort.map(isBed))
  }
})
