import { random } from '../core/index.ts'
import { sigmoid } from '../statistics/index.ts'
import type { EvaluateFindingsInput, FindingInput } from './evaluate-findings.ts'

/**
 * Calibrated answers to films of two a patient for the tests of this room: `Mass` is told well, `Hernia` is so rare that it is
 * thin, `Nodule` has a label on every other film, and `Edema` shows on none.
 */
export function judgedFindings(films: number): EvaluateFindingsInput {
  const draw = random(1, 'judged findings')
  const patients = Array.from({ length: films }, (_, film) => `p${Math.floor(film / 2)}`)
  const finding = (target: string, shift: number, every = 1): FindingInput => {
    const places = patients.map((_, film) => film).filter(film => film % every === 0)
    const scores = Float64Array.from(places, () => 2 * draw.normal() + shift)
    return {
      target,
      comparison: `${target} against the others`,
      places,
      scores,
      probabilities: scores.map(sigmoid),
      labels: Float64Array.from(scores, score => (draw.uniform() < sigmoid(score) ? 1 : 0)),
      patients: places.map(place => patients[place]!),
      threshold: 0.5,
      metadataLogits: scores.map(() => draw.normal()),
    }
  }
  const edema = finding('Edema', 0)
  return {
    patients,
    findings: [
      finding('Mass', 0),
      finding('Hernia', -6),
      finding('Nodule', -1, 2),
      { ...edema, labels: new Float64Array(films) },
    ],
    seed: 1,
    draws: 200,
  }
}
