import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, sha256 } from '../../core/index.ts'
import { auroc } from '../../statistics/index.ts'
import type { Film } from '../film.ts'
import { type PhantomFilm, phantomCohort } from './cohort.ts'
import type { Shortcut } from './cohort-plan.ts'
import { goldenPhantoms } from './golden.ts'

const cohort = [...phantomCohort({ seed: 7, patients: 70, size: 96 })]

function isIll({ findings }: PhantomFilm): boolean {
  return findings.includes('Pneumonia')
}

function digest(film: Film): string {
  return sha256(new Uint8Array(film.pixels.buffer))
}

test('the same options draw the same cohort, and another seed another one', () => {
  const first = [...phantomCohort({ seed: 3, patients: 4, size: 64 })]
  assert.deepEqual([...phantomCohort({ seed: 3, patients: 4, size: 64 })], first)
  const [other] = phantomCohort({ seed: 4, patients: 1, size: 64 })
  assert.notDeepEqual(other?.film.pixels, first[0]?.film.pixels)
})

test('a film does not depend on how many patients follow', () => {
  const few = [...phantomCohort({ seed: 3, patients: 3, size: 48 })]
  const many = [...phantomCohort({ seed: 3, patients: 6, size: 48 })]
  assert.deepEqual(many.slice(0, few.length), few)
})

test('films are drawn when they are asked for', () => {
  const started = performance.now()
  const endless = phantomCohort({ seed: 1, patients: 10_000_000, size: 32 })[Symbol.iterator]()
  assert.equal(endless.next().value?.name, '00000001_000.png')
  assert.ok(performance.now() - started < 1000)
})

test('films are named as NIH names them', () => {
  for (const { name, patient, followUp } of cohort) {
    assert.equal(name, `${String(patient).padStart(8, '0')}_${String(followUp).padStart(3, '0')}.png`)
  }
})

test('boxes stand round pneumonia and nothing else', () => {
  for (const film of cohort) assert.equal(film.boxes.length > 0, isIll(film), film.name)
})

/** Grey levels of a corner where only the plate of a planted marker stands, and a count of grey levels. */
function traces({ film }: PhantomFilm): { readonly corner: number; readonly levels: number } {
  const { width, pixels } = film
  let corner = 0
  for (let y = 2; y < 10; y++) for (let x = 2; x < 30; x++) corner = Math.max(corner, pixels[y * width + x]!)
  return { corner, levels: new Set(pixels).size }
}

const planted: readonly (readonly [Shortcut, (film: PhantomFilm) => number])[] = [
  ['marker', film => traces(film).corner],
  ['scanner', film => -traces(film).levels],
]

for (const [shortcut, trace] of planted) {
  test(`a planted ${shortcut} tells ill from well, and is not there otherwise`, () => {
    const films = [...phantomCohort({ seed: 7, patients: 45, size: 96, shortcut })]
    const labels = films.map(film => Number(isIll(film)))
    assert.ok(auroc(films.map(trace), labels) > 0.8)
    const plain = cohort.slice(0, films.length)
    assert.ok(Math.abs(auroc(plain.map(trace), labels) - 0.5) < 0.2)
  })
}

test('plain statistics of the grey levels do not tell ill from well', () => {
  const labels = cohort.map(film => Number(isIll(film)))
  for (const [name, statistic] of Object.entries(plainStatistics)) {
    const value = auroc(
      cohort.map(({ film }) => statistic(film.pixels)),
      labels,
    )
    assert.ok(Math.max(value, 1 - value) < 0.7, `${name} alone scores ${value.toFixed(2)}`)
  }
})

const plainStatistics: Readonly<Record<string, (pixels: Uint16Array) => number>> = {
  mean: pixels => mean(pixels),
  deviation: pixels => Math.sqrt(mean(pixels, value => value ** 2) - mean(pixels) ** 2),
  median: pixels => pixels.slice().sort()[pixels.length >> 1]!,
  dark: pixels => mean(pixels, value => Number(value > 20000 && value < 36000)),
  bright: pixels => mean(pixels, value => Number(value > 50000)),
}

function mean(pixels: Uint16Array, of: (value: number) => number = value => value): number {
  return pixels.reduce((sum, value) => sum + of(value), 0) / pixels.length
}

test('golden films never change: models carry what was answered to them', () => {
  assert.deepEqual(goldenPhantoms(3).map(digest), [
    '34f1e87d42014876c443287b1515aa476373447f1a0b1d0be28e0669d76f6c33',
    '2cfc49d0de7ef04a1f125776195d6a68250ae74855001479818f3a7444618139',
    '24d139a3159974add5564a52e00c51b4c93131269b27bab2b85e49ef20291dea',
  ])
})

test('golden films are the same however many are asked for', () => {
  assert.deepEqual(goldenPhantoms(2), goldenPhantoms(5).slice(0, 2))
  assert.equal(goldenPhantoms().length, 8)
})

const faults: readonly (readonly [Parameters<typeof phantomCohort>[0], RegExp])[] = [
  [{ seed: 1.5, patients: 3 }, /"seed" is 1\.5/],
  [{ seed: 1, patients: 0 }, /"patients" is 0/],
  [{ seed: 1, patients: 3, size: 8 }, /"size" is 8, a whole number from 32 to 4096/],
  [{ seed: 1, patients: 3, prevalence: 1.1 }, /"prevalence" is 1\.1/],
]

for (const [options, message] of faults) {
  test(`phantomCohort() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(
      () => phantomCohort(options).next(),
      (error: unknown) => error instanceof Problem && message.test(error.message),
    )
  })
}

test('films at 256² are drawn by the dozen in a second', context => {
  const films = phantomCohort({ seed: 5, patients: 100 })
  const started = process.cpuUsage()
  for (let i = 0; i < 20; i++) films.next()
  const { user } = process.cpuUsage(started)
  context.diagnostic(`${(user / 20_000).toFixed(1)} ms of processor time a film`)
})
