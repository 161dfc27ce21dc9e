import type { Random } from '../core/index.ts'
import type { LabelScores } from '../evaluate/index.ts'
import { sigmoid, twoSidedP } from '../statistics/index.ts'

/** The standard deviation of the network's logits. */
export const spread = 1.8

/** Films whose true probability is known. */
export interface Simulation {
  readonly films: number
  /** Mean films a patient. */
  readonly filmsPerPatient: number
  /** The true logit of the probability at a logit of the network, which is normal around 0. */
  readonly truth: (logit: number) => number
  /** How alike the labels of a patient are beyond what the logits say: the correlation of the chance that decides them. */
  readonly alike: number
}

/**
 * Draws films of patients. Logits of one patient correlate by 0.6. Labels are drawn by a Gaussian copula, so that each film on its
 * own has exactly the true probability, and those of one patient go together.
 */
export function simulateFilms({ films, filmsPerPatient, truth, alike }: Simulation, draw: Random): LabelScores {
  const logits = new Float64Array(films)
  const labels = new Uint8Array(films)
  const patients: string[] = []
  let [patient, left, level, luck] = [-1, 0, 0, 0]
  for (let film = 0; film < films; film++) {
    if (left === 0) {
      patient++
      left = filmsOf(filmsPerPatient, draw)
      level = draw.normal()
      luck = draw.normal()
    }
    left--
    logits[film] = spread * (Math.sqrt(0.6) * level + Math.sqrt(0.4) * draw.normal())
    const drawn = normalShare(Math.sqrt(alike) * luck + Math.sqrt(1 - alike) * draw.normal())
    labels[film] = drawn < sigmoid(truth(logits[film]!)) ? 1 : 0
    patients.push(String(patient))
  }
  return { logits, labels, patients }
}

/** Geometric: most patients have one film, some have many. */
function filmsOf(mean: number, draw: Random): number {
  let films = 1
  while (draw.uniform() > 1 / mean) films++
  return films
}

/** The share of a standard normal below z. */
function normalShare(z: number): number {
  const tail = twoSidedP(z) / 2
  return z > 0 ? 1 - tail : tail
}
