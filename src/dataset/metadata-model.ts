import { logisticRegression, standardise } from '../statistics/index.ts'
import type { FilmRow } from './film-row.ts'
import { type MetadataFeatures, type MetadataName, metadataFeatures } from './metadata-features.ts'

/** Gives logits to films by their metadata alone. */
export type MetadataModel = (rows: readonly FilmRow[]) => Float64Array

/**
 * A logistic regression (λ = 1 on standardised columns) of the target on metadata. A missing value takes the mean of the films it
 * was fitted to, and an indicator column says that it is missing.
 *
 * @param labels 0 or 1 for each film
 */
export function fitMetadata(
  rows: readonly FilmRow[],
  labels: ArrayLike<number>,
  names: readonly MetadataName[],
): MetadataModel {
  const features = metadataFeatures(rows, names)
  const means = knownMeans(features)
  const filled = impute(features, means)
  const scale = standardise(filled, features.columns)
  const model = logisticRegression(scale.apply(filled), labels)
  return others => model.logits(scale.apply(impute(metadataFeatures(others, names), means)))
}

/** Column means of what is known; 0 where nothing is. */
function knownMeans({ values, columns }: MetadataFeatures): Float64Array {
  const sums = new Float64Array(columns)
  const counts = new Float64Array(columns)
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return
    sums[i % columns]! += value
    counts[i % columns]!++
  })
  return sums.map((sum, column) => (counts[column] === 0 ? 0 : sum / counts[column]!))
}

function impute({ values, columns }: MetadataFeatures, means: Float64Array): Float64Array {
  return values.map((value, i) => (Number.isNaN(value) ? means[i % columns]! : value))
}
