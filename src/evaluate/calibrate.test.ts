import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { calibrated, calibratedLogit, intervalOf } from '../models/index.ts'
import { logit, priorShift } from '../statistics/index.ts'
import { simulateCalibration } from '../testing/simulated-calibration.ts'
import { simulateFilms } from '../testing/simulated-films.ts'
import { type CalibrateLabelOptions, calibrate, calibrateLabel, type LabelScores } from './index.ts'

const truth = (z: number): number => 0.6 * z - 0.6
const films = (count: number, seed = 1): LabelScores =>
  simulateFilms({ films: count, filmsPerPatient: 1.5, truth, alike: 0.3 }, random(seed, 'calibrate test'))

test('90% intervals hold the true probability in about 90% of films, and new films have a slope of 1', () => {
  const runs = 300
  const simulated = { films: 150, filmsPerPatient: 1.4, truth, alike: 0.5 }
  const { coverage, slope, intercept } = simulateCalibration(simulated, runs, { map: 'temperature', draws: 100 })
  // Films of one run share its map: coverage of a run has a deviation of about 0.25, three errors of the mean are allowed.
  assert.ok(Math.abs(coverage - 0.9) < (3 * 0.25) / Math.sqrt(runs), `coverage ${coverage}`)
  assert.ok(slope > 0.9 && slope < 1.1, `slope ${slope}`)
  assert.ok(Math.abs(intercept) < 0.1, `intercept ${intercept}`)
})

test('the curve follows a truth that bends where a line cannot', () => {
  const bent = (z: number): number => (z < 0 ? 0.9 * z - 0.2 : 0.3 * z - 0.2)
  const scores = simulateFilms({ films: 4000, filmsPerPatient: 1.5, truth: bent, alike: 0.2 }, random(1, 'bent'))
  const off = (map: 'temperature' | 'isotonic'): number => {
    const { map: fitted } = calibrate(scores, { map, seed: 1, draws: 2 })
    const places = [-3, -2, -1, 0, 1, 2, 3]
    return Math.max(...places.map(z => Math.abs(calibratedLogit(z, fitted) - bent(z))))
  }
  assert.ok(off('isotonic') < off('temperature'), `${off('isotonic')} against ${off('temperature')}`)
})

test('auto is a line with fewer than 1,000 films or 200 of a side, and a curve with more', () => {
  const kind = (scores: LabelScores): string => calibrate(scores, { seed: 1, draws: 2 }).map.kind
  assert.equal(kind(films(900)), 'temperature')
  assert.equal(kind(films(1500)), 'isotonic')
  const rare = { films: 1500, filmsPerPatient: 1.5, truth: (z: number): number => z - 4, alike: 0.3 }
  assert.equal(kind(simulateFilms(rare, random(1))), 'temperature')
})

for (const map of ['temperature', 'isotonic'] as const) {
  test(`a ${map} map never turns two films around, and gives neither 0 nor 1 to a film that it saw`, () => {
    const scores = films(300)
    const { map: fitted } = calibrate(scores, { map, seed: 1, draws: 2 })
    const sorted = Float64Array.from(scores.logits).sort()
    let before = 0
    for (const z of sorted) {
      const probability = calibrated(z, fitted)
      assert.ok(probability >= before && probability > 0.0005 && probability < 0.9995, `${probability} at ${z}`)
      before = probability
    }
  })

  test(`a stated prevalence moves a ${map} map by the difference of log-odds, and its threshold with it`, () => {
    const scores = films(400)
    const fit = (prevalence?: number): ReturnType<typeof calibrateLabel> =>
      calibrateLabel(scores, { map, prevalence, seed: 1, draws: 20 })
    const [seen, stated] = [fit(), fit(0.02)]
    const shift = priorShift(seen.calibration.prevalence!, 0.02)
    assert.equal(stated.calibration.prevalence, 0.02)
    for (const z of [-3, 0, 2]) {
      const moved = calibratedLogit(z, stated.calibration.map) - calibratedLogit(z, seen.calibration.map)
      assert.ok(Math.abs(moved - shift) < 1e-5)
    }
    const positive = (rule: typeof seen): readonly boolean[] =>
      Array.from(scores.logits, z => calibrated(z, rule.calibration.map) >= rule.threshold)
    assert.deepEqual(positive(stated), positive(seen))
  })
}

test('an interval holds its probability, is wider where films are few, and the same for the same seed', () => {
  const width = (count: number): number => {
    const fitted = calibrate(films(count), { seed: 4, draws: 100 })
    const { low, high, level } = intervalOf(0.5, fitted)!
    const probability = calibrated(0.5, fitted.map)
    assert.ok(low < probability && probability < high && level === 0.9)
    return high - low
  }
  assert.ok(width(100) > 1.5 * width(900))
  assert.deepEqual(calibrate(films(100), { seed: 4 }), calibrate(films(100), { seed: 4 }))
  assert.notDeepEqual(calibrate(films(100), { seed: 4 }), calibrate(films(100), { seed: 5 }))
})

test('with films of fewer than five patients of a side nothing is fitted, and a note says so', () => {
  const scores: LabelScores = {
    logits: Array.from({ length: 60 }, (_, i) => i / 10 - 3),
    labels: Array.from({ length: 60 }, (_, i) => (i > 40 ? 1 : 0)),
    // Nineteen films with the finding, of four patients.
    patients: Array.from({ length: 60 }, (_, i) => (i > 40 ? `p${i % 4}` : `n${i}`)),
  }
  const fit = (options: Partial<CalibrateLabelOptions>): ReturnType<typeof calibrateLabel> =>
    calibrateLabel(scores, { seed: 1, ...options })
  const { calibration, threshold, policy } = fit({ trainedShare: 0.5 })
  assert.deepEqual([calibration.band, calibration.prevalence, threshold, policy], [undefined, 0.5, 0.5, 'given'])
  assert.match(calibration.note!, /too few patients, 4 with the finding and 41 without it/)
  assert.equal(calibrated(0.7, calibration.map), 1 / (1 + Math.exp(-0.7)))
  const stated = fit({ trainedShare: 0.5, prevalence: 0.02 })
  assert.ok(Math.abs(logit(stated.threshold) - logit(0.02)) < 1e-9)
  assert.equal(stated.calibration.prevalence, 0.02)
  const unknown = fit({ prevalence: 0.02 }).calibration
  assert.deepEqual([unknown.prevalence, calibrated(0, unknown.map)], [undefined, 0.5])
})

test('labels of one class only are no films of two sides', () => {
  const one = { logits: [1, 2], labels: [1, 1], patients: ['a', 'b'] }
  assert.match(calibrateLabel(one, { seed: 1 }).calibration.note!, /2 with the finding and 0 without it/)
  assert.throws(() => calibrate(one, { seed: 1 }), /validation part has 2 positive and 0 negative films/)
})
