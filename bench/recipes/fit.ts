import { elements, float32, type Tensor } from '../../src/core/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import { crossValidate, type Fit } from '../../src/evaluate/index.ts'
import { cutAt, renameValues } from '../../src/graph/index.ts'
import { imageInput, type Network } from '../../src/models/index.ts'
import { type Examples, logitsOfFeatures, pickRows, type Rows, type Trained, train } from '../../src/train/index.ts'
import { standardised } from '../../src/train/standardise.ts'
import type { NihFilms } from '../int8/nih-films.ts'
import type { Recipe } from './recipe.ts'

export interface Looks {
  /** Of the films as they are, then of each variant. */
  readonly rows: readonly Rows[]
  readonly network: Network
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
  { rows, network }: Looks,
  films: NihFilms,
  { training, validation, test, seed }: Fold,
): Promise<Float32Array> {
  const [plain] = rows as readonly [Rows, ...Rows[]]
  const { variants = 0, averaged = 0, epochs, batch, patience, rate, optimizer, loss, classWeights } = recipe
  // A pooled feature is small: a second thread costs more than it brings.
  const tools = { engine: onnxRuntime(), ...(plain.shape.length === 1 ? { threads: 1 } : {}) }
  const plan = { epochs, batch, patience, rate, optimizer, loss, classWeights, seed }
  const validated = examplesOf([plain], validation, films.labels)
  const known = { training: pickRows(plain, training), validation: pickRows(plain, validation) }
  const trained = await finished(
    variants === 0
      ? train(
          { ...plan, network },
          { training: examplesOf([plain], training, films.labels), validation: validated, features: known },
          tools,
        )
      : train(
          { ...plan, network: tailOf(standardised(network, known.training)) },
          { training: examplesOf(rows.slice(1, variants + 1), training, films.labels), validation: validated },
          tools,
        ),
  )
  const answers = new Float32Array(test.length)
  for (const look of rows.slice(0, averaged + 1)) {
    const logits = await logitsOfFeatures(trained.network, pickRows(look, test), tools)
    for (const [i, logit] of logits.entries()) answers[i]! += logit / (averaged + 1)
  }
  return answers
}

/** What learns of a network without dropout, as a network that begins with its features: they may differ from epoch to epoch. */
function tailOf(network: Network): Network {
  const { after } = cutAt(network.graph, network.boundary)
  return { ...network, graph: renameValues(after, { [network.boundary]: imageInput }), boundary: imageInput }
}

/** @param seen what takes turns, epoch after epoch */
function examplesOf(seen: readonly Rows[], indices: readonly number[], labels: ArrayLike<number>): Examples {
  return {
    count: indices.length,
    labels: Float32Array.from(indices, film => labels[film]!),
    mask: new Float32Array(indices.length).fill(1),
    fixed: seen.length === 1,
    images: async (batch, { epoch }): Promise<Tensor> => {
      const { values, shape } = seen[Math.max(0, epoch - 1) % seen.length]!
      const width = elements(shape)
      const picked = new Float32Array(batch.length * width)
      for (const [i, index] of batch.entries()) {
        const film = indices[index]!
        picked.set(values.subarray(film * width, (film + 1) * width), i * width)
      }
      return float32([batch.length, ...shape], picked)
    },
  }
}

async function finished(events: ReturnType<typeof train>): Promise<Trained> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}
