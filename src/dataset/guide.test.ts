import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import type { Collection, GivenPart } from './collection.ts'
import type { GuideSpec } from './data-spec.ts'
import { fetchData } from './fetch.ts'
import { splitGiven } from './given-split.ts'
import { guideHeader } from './manifest.ts'
import { prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

const findings = ['Effusion', 'Pneumonia'] as const

interface Row {
  readonly name: string
  readonly patient: number
  readonly positive: boolean
}

/** Two sets as pandas wrote them, with films for all rows. @param other a further column of the testing set */
async function sets(base: string, training: readonly Row[], testing: readonly Row[], other = ''): Promise<void> {
  await mkdir(join(base, 'data', 'images'), { recursive: true })
  const line = ({ name, patient, positive }: Row, i: number): string =>
    `${i},${name},0,${patient},50,F,0,${Number(positive)},/app/data/images/${name}`
  const text = (rows: readonly Row[], extra = ''): string => {
    const last = extra === '' ? '' : ',0'
    return `${[`${guideHeader(findings)}${extra}`, ...rows.map((row, i) => line(row, i) + last)].join('\n')}\n`
  }
  await writeFile(join(base, 'training.csv'), text(training))
  await writeFile(join(base, 'testing.csv'), text(testing, other))
  for (const { name } of [...training, ...testing]) await writeFile(join(base, 'data', 'images', name), name)
}

function rows(patients: readonly number[], from = 0): readonly Row[] {
  return patients.map((patient, i) => ({ name: `f${from + i}.png`, patient, positive: i % 2 === 0 }))
}

function fetched(base: string, spec: Partial<GuideSpec> = {}): Promise<Collection> {
  const whole: GuideSpec = { kind: 'guide', training: 'training.csv', testing: 'testing.csv', images: 'data', ...spec }
  return fetchData(whole, { folder: join(base, 'state'), base })
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

test('the sets of the guide are taken as they stand: rows, labels and parts', async context => {
  const base = temporaryFolder(context)
  await sets(base, rows(range(0, 20)), rows(range(20, 28), 20))
  const collection = await fetched(base)
  assert.deepEqual(
    [collection.kind, collection.films.length, collection.warnings],
    ['guide', 28, ['Findings that no film shows, which were left out: Effusion']],
  )
  const prepared = await prepare(collection, {
    targets: ['Pneumonia'],
    split: defaultSplit,
    digests: new Map(),
    manifest: false,
  })
  assert.equal(prepared.counts.test.films, 8)
  assert.ok(prepared.counts.validation.films > 0)
  assert.equal(prepared.leakRate, 0)
})

test('other parts of the same films are another collection', async context => {
  const base = temporaryFolder(context)
  await sets(base, rows(range(0, 20)), rows([20, 21, 3, 4], 20))
  const [kept, without] = [
    await fetched(base, { patientsInBoth: 'keep' }),
    await fetched(base, { patientsInBoth: 'leave-out' }),
  ]
  assert.notEqual(kept.digest, without.digest)
  assert.match(kept.warnings.join(), /2 patients have films in both sets; 2 of 4 testing films show somebody/)
  assert.match(without.warnings.join(), /2 of 4 testing films were left out for it/)
})

test('patients in both sets, sets of two runs and a film in both are refused; places are named, people are not', async context => {
  const refused = async (training: readonly Row[], testing: readonly Row[], why: RegExp, other = ''): Promise<void> => {
    const base = temporaryFolder(context)
    await sets(base, training, testing, other)
    await assert.rejects(fetched(base), error => {
      assert.match(String(error), why)
      assert.doesNotMatch(String(error), /4711|f\d+\.png/)
      return true
    })
  }
  const training = rows([4711, 2, 3])
  await refused(training, rows([4711, 5], 3), /1 patient has films in both, so 1 of 2 testing films show somebody/)
  await refused(training, rows([6], 3), /one has columns for 2 findings, the other for 3/, ',Hernia')
  await refused(
    training,
    [{ name: 'f1.png', patient: 9, positive: true }],
    /line 2 of "testing\.csv" names the same film as line 3 of "training\.csv"/,
  )
})

test('given parts stay: testing films are untouched, and a patient of validation is in no training film', () => {
  const film = fc.record({
    patient: fc.integer({ min: 0, max: 25 }),
    part: fc.constantFrom<GivenPart>('train', 'train', 'train', 'test', 'unused'),
    positive: fc.boolean(),
  })
  const spec = fc.record({ validation: fc.constantFrom(0, 0.1, 0.3), balance: fc.boolean(), seed: fc.nat(1000) })
  fc.assert(
    fc.property(fc.array(film, { minLength: 60, maxLength: 120 }), spec, (films, { validation, balance, seed }) => {
      const labels = Int8Array.from(films, ({ positive }) => Number(positive))
      const input = {
        patients: Int32Array.from(films, ({ patient }) => patient),
        targets: [{ name: 'A', certain: labels, training: labels, uncertain: new Int8Array(films.length) }],
        eligible: new Uint8Array(films.length).fill(1),
      }
      const given = films.map(({ part }) => part)
      const splits = splitGiven(input, given, { by: 'patient', test: 0.2, validation, balance, seed })
      const held = new Set(films.filter((_, i) => splits[i] === 'validation').map(({ patient }) => patient))
      for (const [i, { part, patient }] of films.entries()) {
        if (part !== 'train') assert.equal(splits[i], part)
        else assert.ok(['train', 'validation', ...(balance ? ['unused'] : [])].includes(splits[i]!))
        if (splits[i] === 'train') assert.ok(!held.has(patient))
      }
      assert.equal(held.size > 0, validation > 0)
      const trained = films.filter((_, i) => splits[i] === 'train')
      const positives = trained.filter(({ positive }) => positive).length
      if (balance) assert.equal(positives * 2, trained.length)
    }),
    { numRuns: 200 },
  )
})
