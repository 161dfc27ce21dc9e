import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem, random } from '../core/index.ts'
import { groupedLabelParts } from './index.ts'

const shares = [0.7, 0.2, 0.1]

interface Cohort {
  readonly labels: readonly (readonly (0 | 1 | null)[])[]
  readonly groups: readonly string[]
}

/** Films of patients who have one to eight, with labels of every frequency, which agree within a patient, and some left out. */
function cohort(seed: number, patients: number, missing = 0.1): Cohort {
  const draw = random(seed, 'cohort')
  const rates = [0.5, 0.2, 0.1, 0.05, 0.03, 0.02]
  const films = Array.from({ length: patients }, (_, patient) => {
    const count = 1 + draw.integer(draw.uniform() < 0.2 ? 8 : 2)
    const ill = rates.map(rate => draw.uniform() < rate)
    return Array.from({ length: count }, () => ({
      group: `p${patient}`,
      labels: ill.map((is, i) => {
        if (draw.uniform() < missing) return null
        return (draw.uniform() < 0.75 ? is : draw.uniform() < rates[i]!) ? 1 : 0
      }),
    }))
  }).flat()
  return {
    groups: films.map(({ group }) => group),
    labels: rates.map((_, i) => films.map(({ labels }) => labels[i]!)),
  }
}

const anyCohort = fc.record({
  seed: fc.nat(),
  patients: fc.integer({ min: 10, max: 300 }),
  missing: fc.constantFrom(0, 0.1, 0.6),
})

test('groupedLabelParts() never parts a patient, and puts every film into one part', () => {
  fc.assert(
    fc.property(anyCohort, ({ seed, patients, missing }) => {
      const films = cohort(seed, patients, missing)
      const parts = groupedLabelParts({ ...films, shares, seed })
      const partOf = new Map<string, number>()
      films.groups.forEach((group, i) => {
        assert.ok([0, 1, 2].includes(parts[i]!))
        assert.equal(parts[i], partOf.get(group) ?? parts[i])
        partOf.set(group, parts[i]!)
      })
    }),
  )
})

test('the parts do not depend on the order of the films', () => {
  fc.assert(
    fc.property(anyCohort, ({ seed, patients }) => {
      const films = cohort(seed, patients)
      const order = random(seed, 'order').shuffle([...films.groups.keys()])
      const parts = groupedLabelParts({ ...films, shares, seed: 3 })
      const mixed = groupedLabelParts({
        groups: order.map(i => films.groups[i]!),
        labels: films.labels.map(label => order.map(i => label[i]!)),
        shares,
        seed: 3,
      })
      assert.deepEqual([...mixed], [...order.map(i => parts[i])])
    }),
    { numRuns: 30 },
  )
})

test('the seed alone decides', () => {
  const films = cohort(1, 200)
  const of = (seed: number): Int32Array => groupedLabelParts({ ...films, shares, seed })
  assert.deepEqual(of(1), of(1))
  assert.notDeepEqual(of(1), of(2))
})

test('each part has its share of the films to within one patient, of few patients to within two', () => {
  fc.assert(
    fc.property(anyCohort, ({ seed, patients, missing }) => {
      const films = cohort(seed, patients, missing)
      const parts = groupedLabelParts({ ...films, shares, seed })
      // A patient has eight films at most. Of few patients, those with rare labels are in as many parts as can be.
      const within = patients < 60 ? 16 : 8
      shares.forEach((share, part) => {
        const inside = parts.filter(found => found === part).length
        assert.ok(
          Math.abs(inside - share * parts.length) <= within,
          `${inside} films in part ${part} of ${parts.length}`,
        )
      })
    }),
  )
})

/** The mean over parts and labels of how far the share of a label's films, with it or without, is from the wished one. */
function deviation({ labels }: Cohort, parts: ArrayLike<number>): number {
  const off = labels.flatMap(label =>
    [0, 1].flatMap(value => {
      const having = [...label.keys()].filter(i => label[i] === value)
      if (having.length === 0) return []
      return shares.map((share, part) => Math.abs(having.filter(i => parts[i] === part).length / having.length - share))
    }),
  )
  return off.reduce((sum, value) => sum + value, 0) / off.length
}

/** Patients in a drawn order, into one part after the other. */
function randomParts({ groups }: Cohort, seed: number): number[] {
  const order = random(seed, 'random').shuffle([...new Set(groups)])
  const sizes = new Map<string, number>()
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const partOf = new Map<string, number>()
  let films = 0
  for (const group of order) {
    partOf.set(group, films < 0.7 * groups.length ? 0 : films < 0.9 * groups.length ? 1 : 2)
    films += sizes.get(group) ?? 0
  }
  return groups.map(group => partOf.get(group)!)
}

test('from 60 patients, labels are nearer to their shares than in a split that is drawn', context => {
  const ratios: number[] = []
  // With fewer, a label's only patients are in as many parts as can be, whatever the shares.
  const cohorts = fc.record({
    seed: fc.nat(),
    patients: fc.integer({ min: 60, max: 300 }),
    missing: fc.constantFrom(0, 0.1, 0.6),
  })
  fc.assert(
    fc.property(cohorts, ({ seed, patients, missing }) => {
      const films = cohort(seed, patients, missing)
      const seeds = [1, 2, 3, 4, 5]
      const mean = (of: (seed: number) => ArrayLike<number>): number =>
        seeds.reduce((sum, each) => sum + deviation(films, of(each)), 0) / seeds.length
      const ours = mean(each => groupedLabelParts({ ...films, shares, seed: each }))
      const drawn = mean(each => randomParts(films, each))
      assert.ok(ours <= drawn, `${ours} and ${drawn} for ${patients} patients`)
      ratios.push(ours / drawn)
    }),
    { numRuns: 40 },
  )
  ratios.sort((a, b) => a - b)
  context.diagnostic(
    `of a drawn split's deviation: median ${ratios[20]!.toFixed(2)}, most ${ratios.at(-1)!.toFixed(2)}`,
  )
})

test('a label of a few hundred films has its share in every part to within a film or two', () => {
  const films = cohort(5, 2000)
  const parts = groupedLabelParts({ ...films, shares, seed: 1 })
  for (const label of films.labels) {
    for (const value of [0, 1]) {
      const having = [...label.keys()].filter(i => label[i] === value)
      shares.forEach((share, part) => {
        const inside = having.filter(i => parts[i] === part).length
        assert.ok(Math.abs(inside - share * having.length) <= 3, `${inside} of ${having.length} in part ${part}`)
      })
    }
  }
})

test('a label of two patients is in the two largest parts, one of three patients in all', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(1, 2, 3), (seed, having) => {
      const films = cohort(seed, 80, 0)
      const patients = random(seed, 'rare')
        .shuffle([...new Set(films.groups)])
        .slice(0, having)
      // Beside frequent labels: two rare ones of the same patients may want other parts for them.
      const rare = films.groups.map(group => (patients.includes(group) ? 1 : 0))
      const parts = groupedLabelParts({
        groups: films.groups,
        labels: [...films.labels.slice(0, 2), rare],
        shares,
        seed,
      })
      const found = new Set(rare.flatMap((label, i) => (label === 1 ? [parts[i]!] : [])))
      assert.deepEqual([...found].sort(), [0, 1, 2].slice(0, having))
    }),
    { numRuns: 50 },
  )
})

test('equal shares give each fold an equal share of every label', () => {
  const films = cohort(9, 1000)
  const folds = groupedLabelParts({ ...films, shares: new Array<number>(5).fill(1 / 5), seed: 1 })
  for (const label of films.labels) {
    const having = [...label.keys()].filter(i => label[i] === 1)
    for (let fold = 0; fold < 5; fold++) {
      const inside = having.filter(i => folds[i] === fold).length
      assert.ok(Math.abs(inside - having.length / 5) <= 2, `${inside} of ${having.length} in fold ${fold}`)
    }
  }
})

test('fewer patients than parts are refused', () => {
  assert.throws(
    () => groupedLabelParts({ labels: [[0, 1]], groups: ['a', 'b'], shares: [0.5, 0.25, 0.25], seed: 1 }),
    (error: unknown) => error instanceof Problem && /2 patients into 3 parts/.test(error.message),
  )
})
