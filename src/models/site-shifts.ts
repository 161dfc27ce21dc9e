import { Misuse } from '../core/index.ts'
import { priorShift } from '../statistics/index.ts'
import type { ModelCard } from './card.ts'

/** The share of films with the finding at the place where they come from; for a model of several findings, of each that is known. */
export type SitePrevalence = number | Readonly<Record<string, number>>

/**
 * What to add to each class's calibrated logit so that probabilities hold at another prevalence (Elkan 2001, theorem 2; Saerens,
 * Latinne and Decaestecker 2002, equation 4): logit(site) − logit(calibrated).
 * @throws Misuse when a finding is unknown, or the model does not know which prevalence its probabilities are for
 */
export function siteShifts(card: ModelCard, site: SitePrevalence): readonly number[] {
  const { name, classes } = card
  if (typeof site === 'number' && classes.length > 1) {
    throw new Misuse(
      `Cannot use the prevalence ${site}: the model "${name}" has ${classes.length} findings, wanted one for each`,
      {
        next: `name them, such as --prevalence ${classes[0]}=${site}`,
      },
    )
  }
  const stated = typeof site === 'number' ? { [classes[0]!]: site } : site
  for (const label of Object.keys(stated)) {
    if (!classes.includes(label)) {
      throw new Misuse(
        `Cannot use a prevalence of "${label}": the model "${name}" has the findings ${classes.join(', ')}`,
      )
    }
  }
  return classes.map((label, k) => shiftOf(card, k, stated[label]))
}

function shiftOf({ name, classes, calibration }: ModelCard, k: number, wanted: number | undefined): number {
  if (wanted === undefined) return 0
  if (!(wanted > 0 && wanted < 1)) {
    throw new Misuse(`Cannot use the prevalence ${wanted} of "${classes[k]}": wanted a share between 0 and 1`)
  }
  const { prevalence } = calibration[k]!
  if (prevalence !== undefined) return priorShift(prevalence, wanted)
  throw new Misuse(
    `Cannot turn the probability of "${classes[k]}" into that of another place: the model "${name}" does not know which share of positives it is for`,
    { next: 'chestnut train, which calibrates and notes it' },
  )
}
