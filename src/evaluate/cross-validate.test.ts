import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interrupted, Problem } from '../core/index.ts'
import { auroc } from '../statistics/index.ts'
import { type CrossValidateInput, crossValidate } from './index.ts'
import { judgedFilms } from './judged.test.fixture.ts'

const { scores, labels, patients } = judgedFilms({ films: 200 })
const pick = (films: readonly number[]): number[] => films.map(film => scores[film]!)
const input: CrossValidateInput = { labels, patients, seed: 1, fit: (_training, _validation, test) => pick(test) }

test('crossValidate() judges every film once in each repetition, never by a model that saw its patient', async () => {
  const judged = new Map<number, number>()
  const parts: number[] = []
  await crossValidate({
    ...input,
    fit: (training, validation, test, seed) => {
      const seen = new Set([...training, ...validation].map(film => patients[film]))
      assert.ok(test.every(film => !seen.has(patients[film])))
      const trained = new Set(training.map(film => patients[film]))
      assert.ok(validation.every(film => !trained.has(patients[film])))
      assert.equal(training.length + validation.length + test.length, 200)
      parts.push(validation.length / (training.length + validation.length))
      for (const film of test) judged.set(1000 * seed + film, (judged.get(1000 * seed + film) ?? 0) + 1)
      return pick(test)
    },
  })
  assert.equal(judged.size, 5 * 200)
  assert.ok([...judged.values()].every(times => times === 1))
  assert.ok(parts.every(share => Math.abs(share - 0.2) < 0.03))
})

test('crossValidate() pools the logits out of fold', async () => {
  const found = await crossValidate({ ...input, seeds: 3 })
  const area = auroc(scores, labels)
  assert.deepEqual(
    found.repetitions.map(({ auroc }) => auroc),
    [area, area, area],
  )
  assert.deepEqual(
    found.repetitions.map(({ seed }) => seed),
    [1, 2, 3],
  )
  assert.ok(Math.abs(found.auroc.value - area) < 1e-12)
  assert.ok(found.deviation < 1e-12)
  assert.ok(found.auroc.low < area && area < found.auroc.high)
  assert.equal(found.baseline, null)
})

test('crossValidate() judges the baseline on the same folds and gives the paired gain', async () => {
  const baseline: NonNullable<CrossValidateInput['baseline']> = (training, test) => {
    assert.equal(training.length + test.length, 200)
    return test.map(() => 0)
  }
  const found = await crossValidate({ ...input, baseline })
  assert.equal(found.baseline?.auroc.value, 0.5)
  assert.ok(Math.abs((found.baseline?.gain.value ?? 0) - (found.auroc.value - 0.5)) < 1e-12)
})

test('crossValidate() reports each fold and stops between folds when asked', async () => {
  const controller = new AbortController()
  let folds = 0
  const work = crossValidate({
    ...input,
    signal: controller.signal,
    progress: event => {
      if (event.kind === 'progress') folds = event.done
      if (folds === 2) controller.abort()
    },
  })
  await assert.rejects(work, Interrupted)
  assert.equal(folds, 2)
})

test('crossValidate() refuses more folds than a class has patients, and names a number that works', async () => {
  const few = Array.from(labels, (_, i) => (i < 8 ? 1 : 0))
  await assert.rejects(
    crossValidate({ ...input, labels: few }),
    (error: unknown) =>
      error instanceof Problem &&
      /4 patients have a positive film/.test(error.message) &&
      /--folds 3/.test(error.next ?? ''),
  )
  await crossValidate({ ...input, labels: few, folds: 3, seeds: 1 })
  await assert.rejects(crossValidate({ ...input, labels: new Uint8Array(200) }), /0 patients have a positive film/)
})

test('crossValidate() refuses a fit that gives another number of logits', async () => {
  await assert.rejects(crossValidate({ ...input, fit: () => [1] }), /40 logits are needed, there are 1/)
})
