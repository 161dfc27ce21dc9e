import { type FalseAlarms, type SimulatedChange, simulateNoChange } from '../src/testing/simulated-change.ts'
import type { Benchmark, Figure } from './benchmark.ts'

const tests = ['auroc', 'brier', 'sensitivity', 'specificity', 'averagePrecision'] as const

const names: Readonly<Record<(typeof tests)[number], string>> = {
  auroc: 'AUROC (Obuchowski 1997)',
  brier: 'Brier score',
  sensitivity: 'sensitivity',
  specificity: 'specificity',
  averagePrecision: 'average precision (resampled patients)',
}

const cases: readonly (readonly [string, SimulatedChange])[] = [
  ['120 patients with 1 to 4 films', { patients: 120, films: 4 }],
  ['200 patients with 1 film', { patients: 200, films: 1 }],
]

/** How often a verdict finds a difference at 5 % where there is none. */
export const bench: Benchmark = {
  name: 'verdict',
  title: 'how often the paired tests of a verdict see a change where there is none, in simulation',
  run: async ({ quick }) => {
    const runs = quick ? 200 : 2000
    return cases.flatMap(([name, simulation]) => {
      const found = simulateNoChange(simulation, runs, quick ? 400 : 1000)
      const ofFilms = `${(100 * found.aurocOfFilms).toFixed(1)} %`
      console.log(`${name}: DeLong's test, which knows no patients, sees a change of AUROC in ${ofFilms}`)
      return figures(name, found, runs)
    })
  },
}

function figures(name: string, found: FalseAlarms, runs: number): readonly Figure[] {
  return tests.map(test => {
    const value = Number((100 * (found[test] ?? Number.NaN)).toFixed(2))
    return { case: `${names[test]}: ${name}`, value, unit: '%', goal: 5, met: Math.abs(value - 5) <= 1.5, runs }
  })
}
