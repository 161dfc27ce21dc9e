import { logit } from './logit.ts'

/**
 * What to add to a logit when the share of positives changes and nothing else: logit(new) − logit(old). From 50 % in training
 * to 2.2 % at the site: −3.8.
 */
export function priorShift(trained: number, deployed: number): number {
  return logit(deployed) - logit(trained)
}

/** What a positive and a negative answer are worth at another prevalence (Bayes). */
export function predictiveValues(
  sensitivity: number,
  specificity: number,
  prevalence: number,
): { readonly ppv: number; readonly npv: number } {
  const rightly = sensitivity * prevalence
  const wrongly = (1 - specificity) * (1 - prevalence)
  const missed = (1 - sensitivity) * prevalence
  const cleared = specificity * (1 - prevalence)
  return { ppv: rightly / (rightly + wrongly), npv: cleared / (cleared + missed) }
}
