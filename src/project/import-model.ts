import { Misuse, Problem, sha256 } from '../core/index.ts'
import { goldenPhantoms } from '../imaging/index.ts'
import {
  draftClassifier,
  finishModel,
  type KerasContract,
  type KerasNetwork,
  type KerasSource,
  kerasNetwork,
  parseKerasModel,
  readKerasDescription,
  readWeights,
  uncalibrated,
} from '../models/index.ts'
import type { ModelVersion } from '../registry/index.ts'
import type { Targets } from './config.ts'
import { machineFacts } from './machine-facts.ts'
import { type ModelParts, modelParts } from './model-parts.ts'
import { productionAlias } from './production-alias.ts'
import { runStage, type StageResult } from './stage.ts'
import type { Workspace } from './workspace.ts'

export interface ImportOptions {
  /** Files, or the folder in which they are. */
  readonly paths: readonly string[]
  readonly contract: KerasContract
  /** What each output stands for. Default: the targets of the configuration. */
  readonly labels?: readonly string[] | undefined
  /** Side of the images, where the model leaves it open. */
  readonly size?: number | undefined
  /** Makes it the model in production. Default: only registered. */
  readonly promote?: boolean | undefined
}

export interface Imported {
  readonly version: ModelVersion
  /** Path of the model file as laid out for people. */
  readonly file: string
  /** The most that the other contract would change a probability, over drawn films. */
  readonly otherContract: number
}

/**
 * Makes a registered version of a model that Keras trained. It is read, never executed, and answers by the same path as every
 * model; its golden answers are taken as it is made.
 */
export async function importModel(workspace: Workspace, options: ImportOptions): Promise<Imported> {
  const { config, registry, clock } = workspace
  const { contract, size } = options
  const parts = await modelParts(options.paths)
  const labels = options.labels ?? namedTargets(config.targets)
  const outcome = await runStage(workspace, {
    name: 'import',
    version: 1,
    settings: { name: config.name, labels, contract, size },
    inputs: digestsOf(parts),
    run: async () => converted(workspace, await sourceOf(parts, size), labels, { contract, digests: digestsOf(parts) }),
  })
  const created = new Date(clock.now()).toISOString()
  const version = await registry.publish({
    name: config.name,
    model: await outcome.read(modelName),
    // Nobody knows what it was trained on.
    dataset: '',
    run: outcome.record.id,
    metrics: {},
    created,
  })
  if (options.promote === true) await registry.promote(version, productionAlias, created)
  return {
    version,
    file: outcome.files[modelName] ?? '',
    otherContract: outcome.record.metrics['otherContract'] ?? Number.NaN,
  }
}

function namedTargets(targets: Targets): readonly string[] {
  if (targets !== 'all') return targets
  throw new Misuse('Cannot import the model: the configuration says targets "all", and a model file names no finding', {
    next: 'name each answer in the order of the outputs: --labels Pneumonia,Effusion',
  })
}

const modelName = 'imported.onnx'

function digestsOf({ description, weights }: ModelParts): Readonly<Record<string, string>> {
  return { ...(description && { description: sha256(description.bytes) }), weights: sha256(weights.bytes) }
}

async function sourceOf({ description, weights: file }: ModelParts, size: number | undefined): Promise<KerasSource> {
  const weights = await readWeights(file.bytes, file.name)
  const subject = description?.name ?? file.name
  const described = description ? readKerasDescription(description.bytes, subject) : weights.about.kerasConfig
  if (described === undefined) {
    throw new Problem(`Cannot import "${file.name}": it holds weights without the description of their model`, {
      next: `chestnut import my_model.json ${file.name}; in Python, model.to_json() gives the description`,
    })
  }
  return { model: parseKerasModel(described, subject), weights, subject, size }
}

interface Origin {
  readonly contract: KerasContract
  readonly digests: Readonly<Record<string, string>>
}

async function converted(
  { config, engine, commit }: Workspace,
  source: KerasSource,
  labels: readonly string[],
  { contract, digests }: Origin,
): Promise<StageResult> {
  const made = kerasNetwork(source, contract)
  if (made.classes !== labels.length) {
    throw new Misuse(
      `Cannot import "${source.subject}": its answers a film are ${made.classes}, but ${labels.length === 1 ? `there is one label, "${labels[0]}"` : `there are ${labels.length} labels`}`,
      { next: 'name each answer in the order of the outputs: --labels Pneumonia,Effusion' },
    )
  }
  const { cpu, node, chestnut } = machineFacts()
  const model = await finishModel(
    made.network,
    {
      name: config.name,
      classes: labels,
      thresholds: labels.map(() => made.threshold),
      policies: labels.map(() => 'given' as const),
      calibration: labels.map(() => uncalibrated),
      dataset: '',
      metrics: {},
      provenance: {
        imported: 'keras',
        contract,
        ...digests,
        chestnut,
        node,
        cpu,
        ...(commit === undefined ? {} : { commit }),
      },
    },
    engine,
  )
  const other = kerasNetwork(source, contract === 'training' ? 'as-served' : 'training')
  const both = await Promise.all([made, other].map(each => probabilities(each, labels, engine)))
  const moved = (both[0] ?? []).map((value, i) => Math.abs(value - (both[1]?.[i] ?? Number.NaN)))
  return { outputs: { [modelName]: model }, metrics: { otherContract: Math.max(...moved) } }
}

/** What a network answers to drawn films, all answers in one row. */
async function probabilities(
  { network }: KerasNetwork,
  labels: readonly string[],
  engine: Workspace['engine'],
): Promise<readonly number[]> {
  await using classifier = await draftClassifier(network, labels, engine)
  const readings = await classifier.classify(goldenPhantoms(8))
  return readings.flatMap(({ answers }) => answers.map(({ probability }) => probability))
}
