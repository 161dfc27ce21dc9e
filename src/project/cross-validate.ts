import { type CachedFilms, type FilmRow, metadataLogits } from '../dataset/index.ts'
import { type CrossValidation, comparisonSentence, type Fit, crossValidate as overFolds } from '../evaluate/index.ts'
import { draftClassifier, type Network } from '../models/index.ts'
import {
  changesNothing,
  type Examples,
  type Features,
  frozenFeatures,
  logitsOfFeatures,
  pickFilms,
  refusePool,
} from '../train/index.ts'
import { buildNetwork } from './build-network.ts'
import { classifyRows } from './classify-rows.ts'
import { examplesOf } from './examples.ts'
import { openFilms } from './films.ts'
import { inPrecision } from './int8.ts'
import { fetchStage } from './stages/fetch.ts'
import { prepareStage } from './stages/prepare.ts'
import { planOf, refuseMixedOnCpu, tellFeatures, trainNetwork } from './train-network.ts'
import type { Workspace } from './workspace.ts'

export interface CrossValidationResult extends CrossValidation {
  /** What was compared with what. */
  readonly comparison: string
}

/**
 * Judges the recipe, not a model: trains anew on each fold of patients and judges the films left out. All films that take part
 * count, those that balancing would drop too.
 * @param options `seeds`: repetitions; default 5 where the backbone is frozen, 1 where all of it is trained
 */
export async function crossValidate(
  workspace: Workspace,
  options: { readonly folds: number; readonly seeds?: number | undefined },
): Promise<CrossValidationResult> {
  const { config, progress, signal } = workspace
  refuseMixedOnCpu(config)
  const prepared = await prepareStage(workspace, await fetchStage(workspace))
  const built = await buildNetwork(workspace)
  refusePool(built.network, config.train.augmentation)
  const { contract } = built.network
  const training = prepared.rows.filter(row => row.split === 'train')
  // Ranges know no labels: those of the training part serve all folds.
  const { network } = await inPrecision(workspace, built.network, await openFilms(workspace, training, contract))
  const films = await openFilms(workspace, takingPart(workspace, prepared.rows), contract)
  const { rows } = films
  await using features = await sharedFeatures(workspace, network, films)
  const recipe = { workspace, network, films, features }
  const result = await overFolds({
    labels: rows.map(row => row.labels[config.target] ?? 0),
    patients: rows.map(row => row.patient),
    folds: options.folds,
    seeds: options.seeds ?? (features ? 5 : 1),
    seed: config.seed,
    fit: features ? fitTail(recipe, features) : fitWhole(recipe),
    ...baselineOf(rows, config.target),
    progress,
    signal,
  })
  return { ...result, comparison: comparisonSentence(rows, config.target) }
}

interface Recipe {
  readonly workspace: Workspace
  readonly network: Network
  readonly films: CachedFilms
}

/** Films with the target, and those it is told apart from. */
function takingPart(workspace: Workspace, rows: readonly FilmRow[]): readonly FilmRow[] {
  const { target, negatives } = workspace.config
  return rows.filter(({ labels }) => {
    const label = labels[target] ?? null
    return label === 1 || (label === 0 && (negatives === 'rest' || labels[negatives] === 1))
  })
}

/** Of all films: in the variants that are learnt from, and as they are judged. */
interface SharedFeatures extends AsyncDisposable {
  readonly learnt: Features
  readonly judged: Features
}

/**
 * The frozen part's output for every film, computed once for all folds and seeds; undefined where nothing is frozen, or films are
 * changed anew in each epoch.
 */
async function sharedFeatures(
  workspace: Workspace,
  network: Network,
  films: CachedFilms,
): Promise<SharedFeatures | undefined> {
  const { augmentation } = workspace.config.train
  const isPlain = changesNothing(augmentation)
  if (!isPlain && augmentation?.pool === undefined) return undefined
  const judged = await featuresOf(workspace, network, examplesOf(workspace, films, network.contract))
  if (judged === undefined) return undefined
  const pooled = isPlain
    ? undefined
    : await featuresOf(workspace, network, examplesOf(workspace, films, network.contract, augmentation))
  return {
    learnt: pooled ?? judged,
    judged,
    async [Symbol.asyncDispose]() {
      await pooled?.[Symbol.asyncDispose]()
      await judged[Symbol.asyncDispose]()
    },
  }
}

async function featuresOf(workspace: Workspace, network: Network, examples: Examples): Promise<Features | undefined> {
  const { engine, signal, config, progress, featureCache } = workspace
  const events = frozenFeatures(network, examples, { engine, signal, threads: config.threads, featureCache })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    tellFeatures(next.value, progress)
  }
}

function fitTail({ workspace, network, films }: Recipe, { learnt, judged }: SharedFeatures): Fit {
  const { engine, signal, config } = workspace
  return async (training, validation, test, seed) => {
    const trained = await trainNetwork(workspace, planOf(config, network, seed), {
      training: partOf(workspace, films, training, network),
      validation: partOf(workspace, films, validation, network),
      features: { training: pickFilms(learnt, training), validation: pickFilms(judged, validation) },
    })
    return logitsOfFeatures(trained.network, pickFilms(judged, test), { engine, signal, threads: config.threads })
  }
}

function fitWhole({ workspace, network, films }: Recipe): Fit {
  const { engine, config } = workspace
  return async (training, validation, test, seed) => {
    const trained = await trainNetwork(workspace, planOf(config, network, seed), {
      training: partOf(workspace, films, training, network, true),
      validation: partOf(workspace, films, validation, network),
    })
    await using draft = await draftClassifier(trained.network, [config.target], engine)
    return (await classifyRows(workspace, draft, subset(films, test), 'Judging the fold')).logits
  }
}

function partOf(
  workspace: Workspace,
  films: CachedFilms,
  indices: readonly number[],
  { contract }: Network,
  augmented = false,
): Examples {
  const augmentation = augmented ? workspace.config.train.augmentation : undefined
  return examplesOf(workspace, subset(films, indices), contract, augmentation)
}

function subset(films: CachedFilms, indices: readonly number[]): CachedFilms {
  const at = (index: number): number => indices[index] ?? -1
  return { rows: indices.map(index => films.rows[index]!), bad: [], read: index => films.read(at(index)) }
}

/** What metadata alone scores on the same folds, where the table states any. */
function baselineOf(
  rows: readonly FilmRow[],
  target: string,
): { readonly baseline?: (training: readonly number[], test: readonly number[]) => ArrayLike<number> } {
  const pick = (indices: readonly number[]): readonly FilmRow[] => indices.map(index => rows[index]!)
  if (metadataLogits(rows, rows.slice(0, 1), { target }) === undefined) return {}
  return {
    baseline: (training, test) =>
      metadataLogits(pick(training), pick(test), { target }) ?? new Float64Array(test.length),
  }
}
