import { Misuse, placeOfName } from '../core/index.ts'
import { priorShift } from '../statistics/index.ts'
import type { ModelCard } from './card.ts'

/** The share of films with the finding at the place where they come from; for a model of several findings, of each that is known. */
export type SitePrevalence = number | Readonly<Record<string, number>>

/**
 * The prevalence of each class; undefined where none is stated.
 * @throws Misuse when a finding is unknown, or one share is to stand for several findings
 */
export function prevalenceOfEach(classes: readonly string[], site: SitePrevalence): readonly (number | undefined)[] {
  if (typeof site === 'number' && classes.length > 1) {
    throw new Misuse(`Cannot use the prevalence ${site}: there are ${classes.length} findings, wanted one for each`, {
      next: `name them, such as --prevalence ${classes[0]}=${site}, or { ${classes[0]}: ${site} } in the configuration`,
    })
  }
  const stated: Readonly<Record<string, number>> = typeof site === 'number' ? { [classes[0]!]: site } : site
  const shares = new Map<number, number>()
  for (const [label, share] of Object.entries(stated)) {
    const k = placeOfName(label, classes)
    if (k === -1) {
      throw new Misuse(`Cannot use a prevalence of "${label}": wanted one of the findings ${classes.join(', ')}`)
    }
    if (!(share > 0 && share < 1)) {
      throw new Misuse(`Cannot use the prevalence ${share} of "${label}": wanted a share between 0 and 1`)
    }
    shares.set(k, share)
  }
  return classes.map((_, k) => shares.get(k))
}

/**
 * What to add to each class's calibrated logit so that probabilities hold at another prevalence (Elkan 2001, theorem 2; Saerens,
 * Latinne and Decaestecker 2002, equation 4): logit(site) − logit(calibrated).
 * @throws Misuse when a finding is unknown, or the model does not know which prevalence its probabilities are for
 */
export function siteShifts({ name, classes, calibration }: ModelCard, site: SitePrevalence): readonly number[] {
  return prevalenceOfEach(classes, site).map((wanted, k) => {
    if (wanted === undefined) return 0
    const { prevalence } = calibration[k]!
    if (prevalence !== undefined) return priorShift(prevalence, wanted)
    throw new Misuse(
      `Cannot turn the probability of "${classes[k]}" into that of another place: the model "${name}" does not know which share of films with the finding it is for`,
      { next: 'chestnut train, which calibrates and notes it' },
    )
  })
}
