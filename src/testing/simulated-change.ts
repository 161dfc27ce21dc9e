import { random } from '../core/index.ts'
import {
  aurocDifference,
  aurocDifferenceClustered,
  meanDifferenceClustered,
  resampledAveragePrecision,
  resampledDifference,
  shareDifferenceClustered,
  sigmoid,
} from '../statistics/index.ts'

/** Testing films as two equally good models see them. */
export interface SimulatedChange {
  readonly patients: number
  /** At most; each patient has from one to so many films. */
  readonly films: number
}

/** How often each paired test finds a difference at 5 % where there is none. */
export interface FalseAlarms {
  readonly auroc: number
  /** DeLong's test, which takes films for independent. */
  readonly aurocOfFilms: number
  readonly brier: number
  readonly sensitivity: number
  readonly specificity: number
  /** By resampling patients; undefined where none were resampled. */
  readonly averagePrecision: number | undefined
}

/**
 * Simulates so many comparisons of two models that are equally good, though not the same: both share what is hard about a patient and
 * a film, and each errs on its own as well.
 *
 * @param draws resamples for average precision; 0: it is left out
 */
export function simulateNoChange(simulation: SimulatedChange, runs: number, draws: number): FalseAlarms {
  const found = Array.from({ length: runs }, (_, run) => alarms(simulation, run, draws))
  const share = (of: (one: Alarms) => boolean): number => found.filter(of).length / runs
  return {
    auroc: share(one => one.auroc),
    aurocOfFilms: share(one => one.aurocOfFilms),
    brier: share(one => one.brier),
    sensitivity: share(one => one.sensitivity),
    specificity: share(one => one.specificity),
    averagePrecision: draws === 0 ? undefined : share(one => one.averagePrecision),
  }
}

type Alarms = Readonly<Record<keyof FalseAlarms, boolean>>

function alarms(simulation: SimulatedChange, run: number, draws: number): Alarms {
  const { first, second, labels, clusters } = drawFilms(simulation, run)
  const error = (scores: readonly number[]): number[] => scores.map((z, i) => (sigmoid(z) - labels[i]!) ** 2)
  const calledOf = (side: number): boolean => {
    const films = [...labels.keys()].filter(film => labels[film] === side)
    const called = (scores: readonly number[]): number[] => films.map(film => (scores[film]! >= 0 ? 1 : 0))
    const own = films.map(film => clusters[film]!)
    return isAlarm(shareDifferenceClustered(called(first), called(second), own))
  }
  const precision =
    draws === 0
      ? undefined
      : resampledDifference(
          resampledAveragePrecision(first, labels),
          resampledAveragePrecision(second, labels),
          clusters,
          { seed: run, draws },
        )
  return {
    auroc: isAlarm(aurocDifferenceClustered(first, second, labels, clusters)),
    aurocOfFilms: isAlarm(aurocDifference(first, second, labels)),
    brier: isAlarm(meanDifferenceClustered(error(first), error(second), clusters)),
    sensitivity: calledOf(1),
    specificity: calledOf(0),
    averagePrecision: precision !== undefined && isAlarm(precision),
  }
}

function isAlarm({ low, high }: { readonly low: number; readonly high: number }): boolean {
  return low > 0 || high < 0
}

interface Films {
  readonly first: number[]
  readonly second: number[]
  readonly labels: number[]
  readonly clusters: string[]
}

function drawFilms({ patients, films }: SimulatedChange, run: number): Films {
  const draw = random(1, 'simulated change', run)
  const drawn: Films = { first: [], second: [], labels: [], clusters: [] }
  for (let patient = 0; patient < patients; patient++) {
    const count = 1 + draw.integer(films)
    const [illness, hard, ofFirst, ofSecond] = [draw.normal(), draw.normal(), draw.normal(), draw.normal()]
    for (let film = 0; film < count; film++) {
      // Films of a patient mostly show the same, not always.
      const label = illness + 0.6 * draw.normal() > 0.3 ? 1 : 0
      const shared = 1.6 * (label - 0.5) + 0.6 * hard + 0.4 * draw.normal()
      drawn.first.push(shared + 0.7 * ofFirst + 0.5 * draw.normal())
      drawn.second.push(shared + 0.7 * ofSecond + 0.5 * draw.normal())
      drawn.labels.push(label)
      drawn.clusters.push(String(patient))
    }
  }
  return drawn
}
