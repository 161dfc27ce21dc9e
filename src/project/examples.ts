import type { CachedFilms } from '../dataset/index.ts'
import type { Contract } from '../imaging/index.ts'
import { type Augmentation, type Examples, filmExamples } from '../train/index.ts'
import type { Workspace } from './workspace.ts'

/** Films with the labels of the target; a film without a label takes no part in the loss. */
export function examplesOf(
  workspace: Workspace,
  films: CachedFilms,
  contract: Contract,
  augmentation?: Augmentation,
): Examples {
  const { target, seed } = workspace.config
  const found = films.rows.map(row => row.labels[target] ?? null)
  return filmExamples({
    count: films.rows.length,
    film: index => films.read(index),
    contract,
    labels: Float32Array.from(found, label => label ?? 0),
    mask: Float32Array.from(found, label => (label === null ? 0 : 1)),
    rows: films.rows.map(({ row }) => row),
    augmentation,
    seed,
    digest: index => films.rows[index]!.digest,
  })
}
