import { random } from '../core/index.ts'
import { type CalibrateOptions, calibrate } from '../evaluate/index.ts'
import { calibratedLogit, intervalOf } from '../models/index.ts'
import { calibrationLine, priorShift, quantiles, sigmoid } from '../statistics/index.ts'
import { type Simulation, simulateFilms, spread } from './simulated-films.ts'

/** How the calibrations of simulated films do on films that they have not seen. */
export interface SimulatedCalibration {
  /** The share of films whose interval holds their true probability. */
  readonly coverage: number
  /** Of the truth on calibrated logits: medians over the simulations. */
  readonly slope: number
  readonly intercept: number
  /** Mean width of an interval, in probability. */
  readonly width: number
}

/** Films that no calibration has seen, all of them for the line, some for the intervals. */
const fresh = 1500
const asked = 100

/** Calibrates so many sets of films, each drawn anew, and asks about new films. The true prevalence is used where one is stated. */
export function simulateCalibration(
  simulation: Simulation,
  runs: number,
  options: Omit<CalibrateOptions, 'seed'> = {},
): SimulatedCalibration {
  const results = Array.from({ length: runs }, (_, run) => once(simulation, run, options))
  return {
    coverage: results.reduce((sum, { held }) => sum + held, 0) / (runs * asked),
    width: results.reduce((sum, { width }) => sum + width, 0) / (runs * asked),
    slope: medianOf(results.map(({ slope }) => slope)),
    intercept: medianOf(results.map(({ intercept }) => intercept)),
  }
}

interface Once {
  readonly held: number
  readonly width: number
  readonly slope: number
  readonly intercept: number
}

function once(simulation: Simulation, run: number, options: Omit<CalibrateOptions, 'seed'>): Once {
  const draw = random(1, 'simulated calibration', run)
  const calibration = calibrate(simulateFilms(simulation, draw), { ...options, seed: run })
  const moved = options.prevalence === undefined ? 0 : priorShift(prevalenceOf(simulation), options.prevalence)
  const truth = (z: number): number => simulation.truth(z) + moved
  const films = simulateFilms({ ...simulation, truth, films: fresh }, draw)
  const calibrated = Float64Array.from(films.logits, z => calibratedLogit(z, calibration.map))
  let [held, width] = [0, 0]
  for (const z of Array.from(films.logits).slice(0, asked)) {
    const { low, high } = intervalOf(z, calibration) ?? { low: Number.NaN, high: Number.NaN }
    const probability = sigmoid(truth(z))
    held += low <= probability && probability <= high ? 1 : 0
    width += high - low
  }
  return { held, width, ...calibrationLine(calibrated, films.labels) }
}

/** The share of films with the finding, by adding up the truth over the logits' distribution. */
function prevalenceOf({ truth }: Simulation): number {
  let [share, total] = [0, 0]
  for (let place = -6; place <= 6; place += 0.01) {
    const density = Math.exp((-place * place) / 2)
    share += density * sigmoid(truth(spread * place))
    total += density
  }
  return share / total
}

function medianOf(values: readonly number[]): number {
  return quantiles(values, [0.5])[0]!
}
