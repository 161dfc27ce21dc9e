import type { CalibrateOptions } from '../src/evaluate/index.ts'
import { type SimulatedCalibration, simulateCalibration } from '../src/testing/simulated-calibration.ts'
import type { Simulation } from '../src/testing/simulated-films.ts'
import type { Benchmark, Figure } from './benchmark.ts'

interface Case {
  readonly name: string
  readonly simulation: Simulation
  readonly options: Omit<CalibrateOptions, 'seed'>
}

const line =
  (slope: number, intercept: number) =>
  (logit: number): number =>
    slope * logit + intercept

const temperature = { map: 'temperature' } as const
const isotonic = { map: 'isotonic' } as const

/** Films as validation parts have them: 1.4 to 3 films a patient, whose labels go together. */
const cases: readonly Case[] = [
  of('280 films, a third positive', 280, 1.4, line(0.6, -0.6), temperature),
  of('280 films, a tenth positive', 280, 1.4, line(0.6, -2.8), temperature),
  of('100 films, a quarter positive', 100, 1.4, line(0.6, -1.4), temperature),
  of('1,400 films, one of 50 positive', 1400, 2, line(0.8, -4.9), temperature),
  of('1,400 films, a third positive', 1400, 3, line(0.6, -0.6), temperature),
  of('280 films, a third positive, stated at 2 %', 280, 1.4, line(0.6, -0.6), { ...temperature, prevalence: 0.02 }),
  of('1,400 films, a third positive, curve', 1400, 3, line(0.6, -0.6), isotonic),
  of('1,400 films, a truth that bends, curve', 1400, 3, bent, isotonic),
]

/** No goals, but what to know: what a line claims of a truth that is none, and what few films give. */
const noted: readonly Case[] = [
  of('1,400 films, a truth that bends, line', 1400, 3, bent, temperature),
  of('24 films, half positive', 24, 1.3, line(0.8, 0), temperature),
]

function of(
  name: string,
  films: number,
  filmsPerPatient: number,
  truth: Simulation['truth'],
  options: Omit<CalibrateOptions, 'seed'>,
): Case {
  return { name, simulation: { films, filmsPerPatient, truth, alike: 0.5 }, options }
}

/** Steep at first, then flat: a network that cannot tell the worst apart. */
function bent(logit: number): number {
  return logit < 0 ? 0.9 * logit - 0.2 : 0.3 * logit - 0.2
}

/** Whether intervals hold true probabilities as often as they say, and whether calibrated films can be believed. */
export const bench: Benchmark = {
  name: 'calibration',
  title: 'how often 90 % intervals hold the true probability, and the calibration slope of new films, in simulation',
  run: async ({ quick }) => {
    const runs = quick ? 100 : 2000
    for (const each of noted) measured(each, runs)
    return cases.flatMap(each => figures(each, runs))
  },
}

function measured({ name, simulation, options }: Case, runs: number): SimulatedCalibration {
  const found = simulateCalibration(simulation, runs, options)
  const { coverage, width, slope, intercept } = found
  const numbers = [coverage, width, slope, intercept].map(value => value.toFixed(3))
  console.log(`${name}: coverage ${numbers[0]}, mean width ${numbers[1]}, slope ${numbers[2]}, intercept ${numbers[3]}`)
  return found
}

function figures(which: Case, runs: number): readonly Figure[] {
  const { coverage, slope, intercept } = measured(which, runs)
  const { name } = which
  const percent = 100 * coverage
  return [
    { case: `coverage: ${name}`, value: round(percent), unit: '%', goal: 90, met: Math.abs(percent - 90) <= 3, runs },
    { case: `slope: ${name}`, value: round(slope), unit: '', goal: 1, met: Math.abs(slope - 1) <= 0.1, runs },
    { case: `intercept: ${name}`, value: round(intercept), unit: '', goal: 0, met: Math.abs(intercept) < 0.1, runs },
  ]
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
