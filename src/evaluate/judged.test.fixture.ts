import { random } from '../core/index.ts'
import { sigmoid } from '../statistics/index.ts'
import type { EvaluateInput } from './evaluate.ts'
import type { FilmFacts } from './subgroups.ts'

/** Calibrated answers to films of two a patient, for the tests of this room. */
export function judgedFilms(options: {
  readonly films: number
  readonly spread?: number
  readonly seed?: number
}): EvaluateInput & {
  readonly facts: readonly FilmFacts[]
} {
  const { films, spread = 2, seed = 1 } = options
  const draw = random(seed, 'judged films')
  const scores = Float64Array.from({ length: films }, () => spread * draw.normal())
  return {
    target: 'Pneumonia',
    comparison: 'Pneumonia against No Finding',
    scores,
    probabilities: scores.map(sigmoid),
    labels: Uint8Array.from(scores, score => (draw.uniform() < sigmoid(score) ? 1 : 0)),
    patients: Array.from(scores, (_, i) => `p${Math.floor(i / 2)}`),
    threshold: 0.5,
    metadataLogits: scores.map(score => 0.2 * score + draw.normal()),
    facts: Array.from(scores, (_, i) => ({
      sex: i % 4 < 2 ? 'F' : 'M',
      age: i % 90,
      view: i % 3 === 0 ? null : i % 3 === 1 ? 'PA' : 'AP',
    })),
    seed: 1,
    draws: 200,
  }
}
