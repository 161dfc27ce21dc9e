import type { CachedFilms } from '../dataset/index.ts'
import type { Contract } from '../imaging/index.ts'
import { type Augmentation, type Examples, filmExamples } from '../train/index.ts'
import { labelMatrix } from './label-matrix.ts'
import type { Workspace } from './workspace.ts'

export interface ExampleOptions {
  readonly targets: readonly string[]
  readonly contract: Contract
  /** Default: none. */
  readonly augmentation?: Augmentation | undefined
}

/** Films with the labels of the targets; where a film has none of a target, it takes no part in the target's loss. */
export function examplesOf(
  workspace: Workspace,
  films: CachedFilms,
  { targets, contract, augmentation }: ExampleOptions,
): Examples {
  return filmExamples({
    count: films.rows.length,
    film: index => films.read(index),
    contract,
    ...labelMatrix(films.rows, targets),
    rows: films.rows.map(({ row }) => row),
    augmentation,
    seed: workspace.config.seed,
    digest: index => films.rows[index]!.digest,
  })
}
