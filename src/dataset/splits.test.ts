import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Misuse, Problem, random } from '../core/index.ts'
import type { Split } from './film-row.ts'
import { leakOf } from './leak.ts'
import { countParts, type LabelCounts, type PartCounts, type TargetLabels } from './part-counts.ts'
import { defaultSplit } from './split-spec.ts'
import { type SplitInput, splitFilms } from './splits.ts'

function target(name: string, labels: readonly (0 | 1 | -1)[]): TargetLabels {
  const certain = Int8Array.from(labels)
  return { name, certain, training: certain, uncertain: new Int8Array(labels.length) }
}

/** Films of patients: each patient a list of labels. */
function cohort(patients: readonly (readonly (0 | 1)[])[]): SplitInput {
  const labels = patients.flat()
  return {
    patients: Int32Array.from(patients.flatMap((films, patient) => films.map(() => patient))),
    targets: [target('Pneumonia', labels)],
    eligible: new Uint8Array(labels.length).fill(1),
  }
}

function labelsOf({ targets }: SplitInput): Int8Array[] {
  return targets.map(({ certain }) => certain)
}

/** The counts of the only target. */
function only({ labels }: PartCounts): LabelCounts {
  return Object.values(labels)[0]!
}

const anyPatients = fc.array(fc.array(fc.constantFrom<0 | 1>(0, 0, 0, 1), { minLength: 1, maxLength: 6 }), {
  minLength: 60,
  maxLength: 200,
})

function partsOfPatients({ patients }: SplitInput, splits: readonly Split[]): Set<Split>[] {
  const parts: Set<Split>[] = []
  for (const [film, split] of splits.entries()) {
    const patient = patients[film]!
    parts[patient] ??= new Set()
    if (split !== 'unused') parts[patient].add(split)
  }
  return parts
}

test('no patient is in two parts', () => {
  fc.assert(
    fc.property(anyPatients, fc.integer(), fc.boolean(), (patients, seed, balance) => {
      const films = cohort(patients)
      const splits = splitFilms(films, { ...defaultSplit, seed, balance })
      assert.ok(partsOfPatients(films, splits).every(parts => parts.size <= 1))
      assert.equal(leakOf(films.patients, labelsOf(films), splits).leakRate, 0)
    }),
    { numRuns: 50 },
  )
})

test('each class is shared out to within a patient of what was asked for', () => {
  fc.assert(
    fc.property(anyPatients, fc.integer(), (patients, seed) => {
      const films = cohort(patients)
      const splits = splitFilms(films, { ...defaultSplit, balance: false, seed })
      const counts = countParts(films.patients, films.targets, splits)
      const [labels] = labelsOf(films)
      const positives = labels!.reduce((sum, label) => sum + label, 0)
      const negatives = labels!.length - positives
      for (const [part, share] of [
        ['train', 0.7],
        ['validation', 0.1],
        ['test', 0.2],
      ] as const) {
        assert.ok(Math.abs(only(counts[part]).positives - share * positives) <= 3, `${part} positives`)
        assert.ok(Math.abs(only(counts[part]).negatives - share * negatives) <= 6, `${part} negatives`)
      }
    }),
    { numRuns: 50 },
  )
})

test('the same seed gives the same split, another seed another', () => {
  const films = cohort(Array.from({ length: 100 }, (_, i) => [i % 3 === 0 ? 1 : 0, 0]))
  const split = (seed: number): Split[] => splitFilms(films, { ...defaultSplit, seed })
  assert.deepEqual(split(1), split(1))
  assert.notDeepEqual(split(1), split(2))
})

test('balancing leaves as many positives as negatives in training and touches no other part', () => {
  fc.assert(
    fc.property(anyPatients, fc.integer(), (patients, seed) => {
      const films = cohort(patients)
      const before = splitFilms(films, { ...defaultSplit, balance: false, seed })
      const after = splitFilms(films, { ...defaultSplit, balance: true, seed })
      const { train } = countParts(films.patients, films.targets, after)
      assert.equal(train.films, 2 * only(train).positives)
      for (const [film, split] of after.entries()) {
        if (split === 'unused') assert.equal(before[film], 'train')
        else assert.equal(before[film], split)
      }
    }),
    { numRuns: 50 },
  )
})

test('with more positives than negatives it is the positives that are cut', () => {
  const films = cohort(Array.from({ length: 100 }, (_, i) => [i % 4 === 0 ? 0 : 1]))
  const splits = splitFilms(films, defaultSplit)
  const { train, unused } = countParts(films.patients, films.targets, splits)
  assert.equal(train.films, 2 * only(train).positives)
  assert.equal(unused.films, only(unused).positives)
})

test('by image the guide’s 1,402 films split into 281 for test, 108 of them positive', () => {
  const films = cohort(Array.from({ length: 1402 }, (_, i) => [i < 539 ? 1 : 0]))
  const splits = splitFilms(films, { by: 'image', test: 0.2, validation: 0, balance: true, seed: 3 })
  const { train, test, validation } = countParts(films.patients, films.targets, splits)
  assert.deepEqual([test.films, only(test).positives], [281, 108])
  assert.deepEqual([train.films, only(train).positives], [862, 431])
  assert.equal(validation.films, 0)
})

test('by image patients leak, and the rate says how much', () => {
  const films = cohort(Array.from({ length: 100 }, (_, i) => [i % 2 === 0 ? 1 : 0, 0, 0, 0]))
  const splits = splitFilms(films, { ...defaultSplit, by: 'image', balance: false })
  const { leakRate } = leakOf(films.patients, labelsOf(films), splits)
  assert.ok(leakRate > 0.9, `${leakRate}`)
})

test('films that take no part are unused and do not count', () => {
  const films = cohort(Array.from({ length: 100 }, (_, i) => [i % 2 === 0 ? 1 : 0, 0]))
  films.eligible.fill(0, 0, 100)
  const splits = splitFilms(films, { ...defaultSplit, balance: false })
  assert.ok(splits.slice(0, 100).every(split => split === 'unused'))
  assert.equal(countParts(films.patients, films.targets, splits).unused.films, 100)
})

test('a patient with films of both classes stays in one part', () => {
  const films = cohort(Array.from({ length: 30 }, () => [0, 1, 0, 1]))
  const splits = splitFilms(films, { ...defaultSplit, balance: false })
  assert.ok(partsOfPatients(films, splits).every(parts => parts.size === 1))
})

test('one class only, too few patients and impossible shares are refused with numbers', () => {
  const split =
    (patients: readonly (readonly (0 | 1)[])[], spec = defaultSplit) =>
    () =>
      splitFilms(cohort(patients), spec)
  assert.throws(
    split([[0], [0], [0]]),
    new Problem('Cannot split the films: none of the films shows the target, both classes are needed'),
  )
  assert.throws(split([[1], [1]]), /every film shows the target/)
  assert.throws(
    split([[1], [1], [0], [0], [0]]),
    /into 3 parts: 2 patients have a film with the target and 3 have one without, at least 3 of each/,
  )
  assert.throws(split([[0], [1]], { ...defaultSplit, test: 0 }), Misuse)
  assert.throws(split([[0], [1]], { ...defaultSplit, test: 0.6, validation: 0.5 }), Misuse)
})

/** Films of `patients` people with three targets of different frequency, some labels missing. */
function several(patients: number): SplitInput {
  const draw = random(4, 'several')
  const films = Array.from({ length: patients }, (_, patient) =>
    Array.from({ length: 1 + draw.integer(3) }, () => ({
      patient,
      labels: [0.4, 0.1, 0.05].map((rate): 0 | 1 | -1 => (draw.uniform() < 0.1 ? -1 : draw.uniform() < rate ? 1 : 0)),
    })),
  ).flat()
  return {
    patients: Int32Array.from(films, ({ patient }) => patient),
    targets: ['Effusion', 'Mass', 'Hernia'].map((name, i) =>
      target(
        name,
        films.map(({ labels }) => labels[i]!),
      ),
    ),
    eligible: new Uint8Array(films.length).fill(1),
  }
}

const unbalanced = { ...defaultSplit, balance: false }

test('with several targets each part has its share of every label, and no patient is in two', () => {
  const films = several(600)
  const splits = splitFilms(films, unbalanced)
  assert.ok(partsOfPatients(films, splits).every(parts => parts.size === 1))
  const counts = countParts(films.patients, films.targets, splits)
  for (const { name, certain } of films.targets) {
    const positives = certain.filter(label => label === 1).length
    for (const [part, share] of [
      ['train', 0.7],
      ['validation', 0.1],
      ['test', 0.2],
    ] as const) {
      assert.ok(Math.abs(counts[part].labels[name]!.positives - share * positives) <= 2, `${name} in ${part}`)
    }
  }
})

test('a film without any label takes no part; one with a single label does', () => {
  const films = several(200)
  for (const { certain } of films.targets) certain.fill(-1, 0, 10)
  films.targets[1]!.certain[3] = 1
  const splits = splitFilms(films, unbalanced)
  assert.deepEqual(
    splits.slice(0, 10).map(split => split === 'unused'),
    Array.from({ length: 10 }, (_, i) => i !== 3),
  )
  assert.ok(
    splits
      .slice(10)
      .every((split, i) => films.targets.some(({ certain }) => certain[i + 10] !== -1) === (split !== 'unused')),
  )
})

test('a film that is uncertain only trains where the policy makes a label of it, and never judges', () => {
  const films = cohort(Array.from({ length: 100 }, (_, i) => [i % 2 === 0 ? 1 : 0, 0]))
  const [{ certain, ...rest }] = films.targets as [TargetLabels]
  // The second film of every fourth patient, and both films of the last one.
  const uncertain = Int8Array.from(certain, (_, film) => (film % 8 === 1 || film >= 198 ? 1 : 0))
  const known = certain.map((label, film) => (uncertain[film] === 1 ? -1 : label))
  const made = (label: 0 | 1 | -1): SplitInput => ({
    ...films,
    targets: [
      {
        ...rest,
        certain: known,
        uncertain,
        training: known.map((value, film) => (uncertain[film] === 1 ? label : value)),
      },
    ],
  })
  const ignored = splitFilms(made(-1), unbalanced)
  assert.ok(ignored.every((split, film) => (split === 'unused') === (uncertain[film] === 1)))
  const one = splitFilms(made(1), unbalanced)
  const ofUncertain = one.filter((_, film) => uncertain[film] === 1)
  assert.deepEqual(new Set(ofUncertain), new Set(['train', 'unused']))
  assert.deepEqual(one.slice(198), ['train', 'train'], 'a patient who judges nothing is free to train')
  assert.ok(partsOfPatients(films, one).every(parts => parts.size <= 1))
  assert.deepEqual(
    one.filter((_, film) => uncertain[film] === 0),
    ignored.filter((_, film) => uncertain[film] === 0),
  )
  const { train, test: held } = countParts(films.patients, made(1).targets, one)
  const counted = only(train)
  assert.equal(counted.positives + counted.negatives, train.films)
  assert.ok(counted.uncertain > 0)
  assert.equal(only(held).uncertain, 0)
})

test('several targets are not balanced, and one that no film shows is named', () => {
  const films = several(100)
  assert.throws(
    () => splitFilms(films, defaultSplit),
    (error: unknown) => error instanceof Misuse && /Cannot balance the training films of 3 targets/.test(error.message),
  )
  films.targets[2]!.certain.fill(0)
  assert.throws(
    () => splitFilms(films, unbalanced),
    new Problem('Cannot split the films: none of the films shows "Hernia", both classes are needed'),
  )
})
