import { type CachedFilms, type FilmRow, withUncertain } from '../dataset/index.ts'
import {
  type Baseline,
  type CrossValidation,
  comparisonSentence,
  crossValidateFindings,
  crossValidate as crossValidateOne,
  type FindingsCrossValidation,
  type Fit,
} from '../evaluate/index.ts'
import { draftClassifier, type Network } from '../models/index.ts'
import {
  type Augmentation,
  type Choices,
  changesNothing,
  type Examples,
  type Features,
  frozenFeatures,
  logitsOfFeatures,
  pickFilms,
  refusePool,
  type TrainData,
  toEnd,
} from '../train/index.ts'
import { buildNetwork } from './build-network.ts'
import { classifyRows } from './classify-rows.ts'
import type { Config } from './config.ts'
import { examplesOf } from './examples.ts'
import { filmsAt, openFilms } from './films.ts'
import { inPrecision } from './int8.ts'
import { metadataBeside } from './metadata-beside.ts'
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
 * count, those that balancing would drop too. Films are judged by certain labels only.
 * @param options `seeds`: repetitions; default 5 where the backbone is frozen, 1 where all of it is trained
 */
export async function crossValidate(
  workspace: Workspace,
  options: { readonly folds: number; readonly seeds?: number | undefined },
): Promise<CrossValidationResult | FindingsCrossValidation> {
  const { config, progress, signal } = workspace
  refuseMixedOnCpu(config)
  const { rows: prepared, targets } = await prepareStage(workspace, await fetchStage(workspace))
  const built = await buildNetwork(workspace, targets)
  refusePool(built.network, config.train.augmentation)
  const { contract } = built.network
  const training = prepared.filter(row => row.split === 'train')
  const ofTraining = await openFilms(workspace, training, contract)
  // Ranges know no labels: those of the training part serve all folds.
  const { network } = await inPrecision(workspace, built.network, ofTraining, targets)
  const films = await openFilms(workspace, takingPart(config, prepared, targets), contract)
  const recipe = { workspace, network, films, targets }
  await using features = await sharedFeatures(recipe)
  const judged = films.rows.map(row => withUncertain(row, 'ignore'))
  const folds = {
    patients: judged.map(row => row.patient),
    folds: options.folds,
    seeds: options.seeds ?? (features ? 5 : 1),
    seed: config.seed,
    fit: features ? fitTail(recipe, features) : fitWhole(recipe),
    ...baselineOf(learnedFrom(config, films.rows), judged, targets),
    progress,
    signal,
  }
  const [target, ...others] = targets
  if (target === undefined || others.length > 0) {
    const labels = targets.map(each => judged.map(row => row.labels[each] ?? null))
    return crossValidateFindings({ ...folds, targets, labels })
  }
  const result = await crossValidateOne({ ...folds, labels: judged.map(row => row.labels[target] ?? 0) })
  return { ...result, comparison: comparisonSentence(judged, target) }
}

/** Films with a certain label of a target; where there is one, those with it and those that it is told apart from. */
function takingPart({ negatives }: Config, rows: readonly FilmRow[], targets: readonly string[]): readonly FilmRow[] {
  return rows.filter(row => {
    const { labels } = withUncertain(row, 'ignore')
    return targets.some(target => {
      const label = labels[target] ?? null
      return label === 1 || (label === 0 && (negatives === 'rest' || labels[negatives] === 1))
    })
  })
}

/** The films with the labels that training has of them. */
function learnedFrom({ uncertain }: Config, rows: readonly FilmRow[]): readonly FilmRow[] {
  return rows.map(row => withUncertain(row, uncertain))
}

interface Recipe {
  readonly workspace: Workspace
  readonly network: Network
  readonly films: CachedFilms
  readonly targets: readonly string[]
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
async function sharedFeatures(recipe: Recipe): Promise<SharedFeatures | undefined> {
  const { augmentation } = recipe.workspace.config.train
  const isPlain = changesNothing(augmentation)
  if (!isPlain && augmentation?.pool === undefined) return undefined
  const judged = await featuresOf(recipe)
  if (judged === undefined) return undefined
  const pooled = isPlain ? undefined : await orClose(featuresOf(recipe, augmentation), judged)
  return {
    learnt: pooled ?? judged,
    judged,
    async [Symbol.asyncDispose]() {
      await pooled?.[Symbol.asyncDispose]()
      await judged[Symbol.asyncDispose]()
    },
  }
}

async function orClose<T>(work: Promise<T>, opened: AsyncDisposable): Promise<T> {
  try {
    return await work
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function featuresOf(
  { workspace, network, films, targets }: Recipe,
  augmentation?: Augmentation,
): Promise<Features | undefined> {
  const { engine, signal, config, progress, featureCache } = workspace
  const examples = examplesOf(workspace, films, { targets, contract: network.contract, augmentation })
  const events = frozenFeatures(network, examples, { engine, signal, threads: config.threads, featureCache })
  return toEnd(events, event => tellFeatures(event, progress))
}

function fitTail(recipe: Recipe, { learnt, judged }: SharedFeatures): Fit {
  const { engine, signal, config } = recipe.workspace
  return fitWith(recipe, {
    data: (training, validation) => ({
      training: trainingPart(recipe, training, undefined),
      validation: validationPart(recipe, validation),
      features: { training: pickFilms(learnt, training), validation: pickFilms(judged, validation) },
    }),
    logits: (network, test) =>
      logitsOfFeatures(network, pickFilms(judged, test), { engine, signal, threads: config.threads }),
  })
}

function fitWhole(recipe: Recipe): Fit {
  const { workspace, films, targets } = recipe
  const { engine, config } = workspace
  return fitWith(recipe, {
    data: (training, validation) => ({
      training: trainingPart(recipe, training, config.train.augmentation),
      validation: validationPart(recipe, validation),
    }),
    async logits(network, test) {
      await using draft = await draftClassifier(network, targets, engine)
      return (await classifyRows(workspace, draft, filmsAt(films, test), 'Judging the fold')).logits
    },
  })
}

interface FoldWork {
  data(training: readonly number[], validation: readonly number[]): TrainData
  logits(network: Network, test: readonly number[]): ReturnType<Fit>
}

function fitWith({ workspace, network }: Recipe, work: FoldWork): Fit {
  // Measured in the first fold: all compute alike.
  let choices: Choices | undefined
  return async (training, validation, test, seed) => {
    const plan = { ...planOf(workspace.config, network, seed), choices }
    const trained = await trainNetwork(workspace, plan, work.data(training, validation))
    choices = trained.choices
    return work.logits(trained.network, test)
  }
}

function trainingPart(
  { workspace, films, network, targets }: Recipe,
  indices: readonly number[],
  augmentation: Augmentation | undefined,
): Examples {
  const part = filmsAt(films, indices)
  const rows = learnedFrom(workspace.config, part.rows)
  return examplesOf(workspace, { ...part, rows }, { targets, contract: network.contract, augmentation })
}

function validationPart({ workspace, films, network, targets }: Recipe, indices: readonly number[]): Examples {
  const part = filmsAt(films, indices)
  const rows = part.rows.map(row => withUncertain(row, 'ignore'))
  return examplesOf(workspace, { ...part, rows }, { targets, contract: network.contract })
}

/** What metadata alone scores on the same folds, where the table states any. */
function baselineOf(
  learned: readonly FilmRow[],
  judged: readonly FilmRow[],
  targets: readonly string[],
): { readonly baseline?: Baseline } {
  if (targets.every(target => metadataBeside(learned, judged.slice(0, 1), target) === undefined)) return {}
  return {
    baseline: (training, test) => {
      const films = test.map(index => judged[index]!)
      const from = training.map(index => learned[index]!)
      const columns = targets.map(target => metadataBeside(from, films, target))
      return films.flatMap((_, film) => columns.map(column => column?.[film] ?? 0))
    },
  }
}
