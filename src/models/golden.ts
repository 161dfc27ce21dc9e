import { Problem } from '../core/index.ts'
import { type Film, goldenPhantoms } from '../imaging/index.ts'
import { calibrated } from './calibration.ts'
import type { GoldenVector, ModelCard } from './card.ts'

/** What the golden films are asked of: a classifier. */
interface Asked {
  readonly card: ModelCard
  classify(
    films: readonly Film[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly { readonly answers: readonly { readonly logit: number }[] }[]>
}

const count = 4

/** Kernels of other processors round differently; a film never moves by this much unless something is broken. */
export const goldenTolerance = 2e-3

/** What the model answers to drawn films, to be kept in its file. */
export async function goldenVectors(classifier: Asked): Promise<readonly GoldenVector[]> {
  const readings = await classifier.classify(goldenPhantoms(count))
  return readings.map(({ answers }, phantom) => ({ phantom, probabilities: probabilitiesOf(answers, classifier.card) }))
}

/** @throws Problem when a model no longer answers as it did when it was made */
export async function checkGolden(classifier: Asked, signal?: AbortSignal): Promise<void> {
  const { golden, goldenTolerance: tolerance, name } = classifier.card
  if (golden.length === 0) throw new Problem(`Cannot trust the model "${name}": it carries no golden vectors`)
  const films = goldenPhantoms(Math.max(...golden.map(vector => vector.phantom)) + 1)
  const readings = await classifier.classify(films, signal ? { signal } : {})
  for (const { phantom, probabilities } of golden) {
    const answered = probabilitiesOf(readings[phantom]?.answers ?? [], classifier.card)
    for (const [k, expected] of probabilities.entries()) {
      const found = answered[k] ?? Number.NaN
      if (Math.abs(found - expected) <= tolerance) continue
      throw new Problem(
        `Cannot trust the model "${name}": it answers ${found.toFixed(4)} to golden film ${phantom} for "${classifier.card.classes[k]}", ${expected.toFixed(4)} was wanted`,
        { next: 'chestnut train --force, or take an earlier version' },
      )
    }
  }
}

/** As the card has them, whatever the prevalence where the films to come are taken. */
function probabilitiesOf(
  answers: readonly { readonly logit: number }[],
  { calibration }: ModelCard,
): readonly number[] {
  return answers.map(({ logit }, k) => calibrated(logit, calibration[k]!.map))
}
