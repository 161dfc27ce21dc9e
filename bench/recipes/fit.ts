import type { Tensor } from '../../src/core/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import { crossValidate, type Fit } from '../../src/evaluate/index.ts'
import type { Network } from '../../src/models/index.ts'
import { type Examples, type Features, logitsOfFeatures, pickFilms, toEnd, train } from '../../src/train/index.ts'
import type { NihFilms } from '../int8/nih-films.ts'
import { isOneLayer, type Recipe } from './recipe.ts'

export interface Looks {
  readonly network: Network
  /** What its frozen part makes of the films as they are. */
  readonly plain: Features
  /** And as they are drawn, each time anew: one by one, and together. */
  readonly variants: readonly Features[]
  readonly pool: Features
}

/**
 * The logits of all films in one repetition of a cross-validation in five folds of patients, each from a training that saw no film
 * of its patient.
 */
export async function outOfFold(recipe: Recipe, looks: Looks, films: NihFilms, seed: number): Promise<Float32Array> {
  const logits = new Float32Array(films.count)
  const fit: Fit = async (training, validation, test) => {
    const answers = await fitFold(recipe, looks, films, { training, validation, test, seed })
    for (const [i, film] of test.entries()) logits[film] = answers[i]!
    return answers
  }
  await crossValidate({ labels: films.labels, patients: films.patients, fit, folds: 5, seeds: 1, seed })
  return logits
}

interface Fold {
  readonly training: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
  readonly seed: number
}

async function fitFold(
  recipe: Recipe,
  { plain, variants, pool, network }: Looks,
  films: NihFilms,
  { training, validation, test, seed }: Fold,
): Promise<Float32Array> {
  const { averaged = 0, epochs, batch, patience, rate, optimizer, loss, classWeights } = recipe
  const tools = { engine: onnxRuntime(), ...(isOneLayer(recipe) ? { threads: 1 } : {}) }
  const data = {
    training: examplesOf(films, training),
    validation: examplesOf(films, validation),
    features: {
      training: pickFilms(recipe.variants ? pool : plain, training),
      validation: pickFilms(plain, validation),
    },
  }
  const plan = { network, epochs, batch, patience, rate, optimizer, loss, classWeights, seed }
  const trained = await toEnd(train(plan, data, tools))
  const answers = new Float32Array(test.length)
  for (const look of [plain, ...variants.slice(0, averaged)]) {
    const logits = await logitsOfFeatures(trained.network, pickFilms(look, test), tools)
    for (const [i, logit] of logits.entries()) answers[i]! += logit / (averaged + 1)
  }
  return answers
}

/** Labels alone: what the frozen part makes of the films is known. */
function examplesOf(films: NihFilms, indices: readonly number[]): Examples {
  return {
    count: indices.length,
    labels: Float32Array.from(indices, film => films.labels[film]!),
    mask: new Float32Array(indices.length).fill(1),
    fixed: true,
    images: (): Promise<Tensor> => Promise.reject(new Error('The features are known: no film is looked at')),
  }
}
