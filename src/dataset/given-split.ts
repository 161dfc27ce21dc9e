import type { GivenPart } from './collection.ts'
import type { Split } from './film-row.ts'
import type { SplitSpec } from './split-spec.ts'
import { balanceTraining, type SplitInput, splitFilms, withLabel } from './splits.ts'

/** More of a given training set than this is never taken away from it. */
const mostValidation = 0.5

/**
 * Keeps parts that somebody else gave. Films for validation are drawn out of the training set, by patient, so that the testing set
 * is touched once; `spec.test` has no meaning here.
 */
export function splitGiven(films: SplitInput, given: readonly GivenPart[], spec: SplitSpec): Split[] {
  const { targets } = films
  const certain = withLabel(films, 'certain')
  const training = films.eligible.map((eligible, film) => (given[film] === 'train' ? eligible : 0))
  const splits =
    spec.validation === 0
      ? Array.from(
          withLabel({ ...films, eligible: training }, 'training'),
          (takes): Split => (takes ? 'train' : 'unused'),
        )
      : splitFilms({ ...films, eligible: training }, validationOnly(spec, training, given)).map(held)
  for (let film = 0; film < splits.length; film++) {
    if (given[film] === 'test') splits[film] = certain[film] === 1 ? 'test' : 'unused'
    else if (given[film] === 'unused') splits[film] = 'unused'
  }
  if (spec.balance) balanceTraining(splits, targets[0]!.training, spec.seed)
  return splits
}

/** The share is of all films, and comes out of those for training. */
function validationOnly(spec: SplitSpec, training: Uint8Array, given: readonly GivenPart[]): SplitSpec {
  const trained = training.reduce((sum, one) => sum + one, 0)
  const all = given.filter(part => part !== 'unused').length
  const share = trained === 0 ? mostValidation : (spec.validation * all) / trained
  return { ...spec, test: Math.min(mostValidation, share), validation: 0, balance: false }
}

function held(split: Split): Split {
  return split === 'test' ? 'validation' : split
}
