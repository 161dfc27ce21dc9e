import type { Film } from '../film.ts'
import type { View } from './acquisition.ts'
import { type PhantomOptions, planCohort } from './cohort-plan.ts'
import { drawPhantom } from './draw-phantom.ts'
import type { FoundBox } from './planted-findings.ts'

/** One film of a cohort, with what NIH's table says of it. */
export interface PhantomFilm {
  /** As NIH names its films: patient and follow-up, `00000001_000.png`. */
  readonly name: string
  /** From 1. */
  readonly patient: number
  /** From 0. */
  readonly followUp: number
  /** Years. */
  readonly age: number
  readonly sex: 'M' | 'F'
  readonly view: View
  /** NIH's names, in alphabetical order; `No Finding` alone where there is none. */
  readonly findings: readonly string[]
  /** Around each opacity of a pneumonia, or all that was planted, in the film's pixels. */
  readonly boxes: readonly FoundBox[]
  readonly film: Film
}

/**
 * Invented patients with one to eight frontal films each. Films are drawn when they are asked for; the first ten patients
 * of a hundred are the ten patients of ten.
 */
export function* phantomCohort(options: PhantomOptions): Generator<PhantomFilm, void, undefined> {
  for (const { patient, followUp, age, findings, plan } of planCohort(options)) {
    const { film, boxes } = drawPhantom(plan, options.size ?? 256)
    yield {
      name: `${String(patient).padStart(8, '0')}_${String(followUp).padStart(3, '0')}.png`,
      patient,
      followUp,
      age,
      sex: plan.anatomy.sex,
      view: plan.acquisition.view,
      findings,
      boxes,
      film,
    }
  }
}
