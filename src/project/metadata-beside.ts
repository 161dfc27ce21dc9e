import { type FilmRow, metadataLogits } from '../dataset/index.ts'

/**
 * What metadata alone gives to films, learned on others: what a model's score stands beside. Undefined where the table states
 * nothing, or what was learned from shows one side of the target only.
 */
export function metadataBeside(
  training: readonly FilmRow[],
  films: readonly FilmRow[],
  target: string,
): Float64Array | undefined {
  const hasBoth = ([0, 1] as const).every(label => training.some(({ labels }) => labels[target] === label))
  return hasBoth ? metadataLogits(training, films, { target }) : undefined
}
