import type { Film } from '../film.ts'
import { phantomCohort } from './cohort.ts'

/**
 * The films whose answers every model file carries, so that a server can check that it answers like the machine on
 * which the model was made. They never change: another generator gets another function beside this one.
 *
 * @param count default: 8
 */
export function goldenPhantoms(count = 8): readonly Film[] {
  const films: Film[] = []
  for (const { film } of phantomCohort({ seed: 20171113, patients: Math.max(1, count) })) {
    if (films.length >= count) break
    films.push(film)
  }
  return films
}
