import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { auroc } from '../statistics/index.ts'
import { judgedFindings } from './findings.test.fixture.ts'
import { type CrossValidateFindingsInput, crossValidateFindings } from './index.ts'

const films = 240
const { patients, findings } = judgedFindings(films)
const judged = findings.slice(0, 3)
const labels = judged.map(finding => {
  const found = new Array<0 | 1 | null>(films).fill(null)
  finding.places.forEach((place, i) => {
    found[place] = finding.labels[i] === 1 ? 1 : 0
  })
  return found
})
const scores = judged.map(finding => {
  const found = new Float64Array(films)
  finding.places.forEach((place, i) => {
    found[place] = finding.scores[i]!
  })
  return found
})
const pick = (places: readonly number[]): number[] => places.flatMap(place => scores.map(column => column[place]!))
const input: CrossValidateFindingsInput = {
  targets: judged.map(({ target }) => target),
  labels,
  patients,
  seeds: 2,
  seed: 1,
  fit: (_training, _validation, test) => pick(test),
}

test('crossValidateFindings() judges each finding out of fold, on the films that have a label of it', async () => {
  const found = await crossValidateFindings(input)
  for (const [k, { target, result, unlabelled }] of found.findings.entries()) {
    const area = auroc(judged[k]!.scores, judged[k]!.labels)
    assert.deepEqual(
      result?.repetitions.map(each => each.auroc),
      [area, area],
      target,
    )
    assert.equal(unlabelled, films - judged[k]!.places.length)
  }
  assert.deepEqual(found.mean?.findings, ['Mass', 'Nodule'])
  assert.match(found.findings[1]?.leftOut ?? '', /10 of each are wanted/)
  assert.equal(found.mean?.metadata, null)
})

test('crossValidateFindings() shares every finding out over all folds, and no patient over two', async () => {
  await crossValidateFindings({
    ...input,
    seeds: 1,
    fit: (training, validation, test) => {
      const seen = new Set([...training, ...validation].map(film => patients[film]))
      assert.ok(test.every(film => !seen.has(patients[film])))
      const trained = new Set(training.map(film => patients[film]))
      assert.ok(validation.every(film => !trained.has(patients[film])))
      for (const part of [training, validation, test]) {
        for (const k of [0, 2]) {
          const known = part.filter(film => labels[k]![film] !== null)
          const share = known.filter(film => labels[k]![film] === 1).length / known.length
          const all = judged[k]!.labels
          const wanted = Array.from(all).reduce((sum, label) => sum + label, 0) / all.length
          assert.ok(Math.abs(share - wanted) < 0.12, `${share} of ${wanted}`)
        }
      }
      return pick(test)
    },
  })
})

test('crossValidateFindings() judges the baseline on the same folds', async () => {
  const found = await crossValidateFindings({
    ...input,
    seeds: 1,
    baseline: (_, test) => new Float64Array(3 * test.length),
  })
  assert.equal(found.mean?.metadata?.auroc.value, 0.5)
  assert.equal(found.findings[0]?.result?.baseline?.auroc.value, 0.5)
})

test('crossValidateFindings() refuses folds for which no finding has patients enough', async () => {
  const few = labels.map(label => label.map((value, film) => (film < 8 ? value : value === null ? null : 0)))
  await assert.rejects(
    crossValidateFindings({ ...input, labels: few, folds: 8 }),
    (error: unknown) =>
      error instanceof Problem && /no finding has more than \d patients of its rarer side/.test(error.message),
  )
})

test('crossValidateFindings() refuses a fit that gives another number of logits', async () => {
  await assert.rejects(crossValidateFindings({ ...input, fit: (_t, _v, test) => test }), /\d+ logits are needed/)
})
