import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine, RunRecord } from '../../core/index.ts'
import { blobs } from '../../store/index.ts'
import { readChoices } from '../choices-record.ts'
import { machineFacts } from '../machine-facts.ts'
import { settingsDigest, settingsOf } from '../stage.ts'
import { fetchStage } from '../stages/fetch.ts'
import { prepareStage } from '../stages/prepare.ts'
import { trainingOf, trainStage } from '../stages/train.ts'
import type { Workspace } from '../workspace.ts'
import { compareModels, type ModelComparison } from './compare-models.ts'
import { type Change, changes, type MetricChange, metricChanges } from './diff-runs.ts'
import { flatSettings, readSettings } from './flat-settings.ts'
import { separatePlace } from './separate-place.ts'
import { trainedRun } from './trained-run.ts'

export interface ReproduceOptions {
  /** A model file or a version. Default: the project's model in production. */
  readonly reference?: string | undefined
  /** What metrics may differ by between kinds of processors. Default 0.01. */
  readonly tolerance?: number | undefined
}

/** What became of an attempt to make a model again. */
export interface Reproduction {
  readonly format: 'chestnut.reproduction/1'
  readonly model: string
  readonly digest: string
  /** The run that made it. */
  readonly run: string
  readonly reproduced: boolean
  /** What it was made from and is another thing here. Where there is any, nothing was trained. */
  readonly differs: readonly Change[]
  /** What numbers depend on and is another thing here: then they need not be the same to the bit. */
  readonly machine: readonly Change[]
  /** How the two models compare. Absent: nothing was trained. */
  readonly comparison?: ModelComparison
  readonly metrics: readonly MetricChange[]
  /** What metrics may differ by where the kind of processor is another one. */
  readonly tolerance: number
  /** Where the new model lies; absent where it is the same one. */
  readonly folder?: string
}

/** Between kinds of processors; the answers to drawn films have a tolerance of their own, in the model. */
const metricTolerance = 0.01

/** The numbers that tell whether two trainings ended alike. */
const judged = ['trainLoss', 'validationLoss', 'validationAccuracy', 'validationAuroc']

/** Trains a model again, in a place that knows nothing of earlier results, and compares. */
export async function reproduce(workspace: Workspace, options: ReproduceOptions = {}): Promise<Reproduction> {
  const { model, bytes, digest, record } = await trainedRun(workspace, options.reference)
  const { tolerance = metricTolerance } = options
  const folder = join(workspace.state, 'reproduced', record.id)
  const place = await separatePlace(workspace, folder)
  const prepared = await prepareStage(place, await fetchStage(place))
  const { stage } = await trainingOf(place, prepared)
  const differs = [...changes(record.inputs, stage.inputs), ...(await settingChanges(workspace, record, stage))]
  const machine = kindChanges(record.machine, workspace.config)
  const known = { format: 'chestnut.reproduction/1', model, digest, run: record.id, machine, tolerance } as const
  if (differs.length > 0) {
    await rm(folder, { recursive: true, force: true })
    return { ...known, reproduced: false, differs, metrics: [] }
  }
  const again = await trainStage({ ...place, choices: await choicesOf(workspace, record) }, prepared)
  const comparison = compareModels(bytes, await again.read('model.onnx'))
  const metrics = metricChanges(record.metrics, again.record.metrics)
  const isOtherKind = machine.length > 0 || workspace.config.device !== 'cpu'
  const reproduced = comparison.same !== 'none' || (isOtherKind && isWithin(comparison, metrics, tolerance))
  if (comparison.same === 'bytes') await rm(folder, { recursive: true, force: true })
  const kept = comparison.same === 'bytes' ? {} : { folder: join(folder, 'out') }
  return { ...known, reproduced, differs, comparison, metrics, ...kept }
}

type Described = Awaited<ReturnType<typeof trainingOf>>['stage']

/** By name where the run kept its settings, else by their digest alone. */
async function settingChanges(
  { config, store }: Workspace,
  record: RunRecord,
  stage: Described,
): Promise<readonly Change[]> {
  const now = settingsDigest({ config }, stage)
  if (now === record.config) return []
  const before = await readSettings(store, record.config)
  const named = before && changes(before, flatSettings({ ...settingsOf({ config }, stage) }))
  return named !== undefined && named.length > 0
    ? named
    : [{ name: 'configuration', first: record.config, second: now }]
}

/** The forms of convolutions that the run measured to be faster: other forms, other bits. */
async function choicesOf({ store }: Workspace, { outputs }: RunRecord): Promise<Readonly<Record<string, string>>> {
  const digest = outputs['choices.json']
  return digest === undefined ? {} : readChoices(new TextDecoder().decode(await blobs(store).get(digest)))
}

function kindChanges(then: Machine, { threads }: Workspace['config']): readonly Change[] {
  const now = machineFacts()
  const kindOf = ({ os, arch, cpu, processor, cores, node, chestnut }: Machine): Readonly<Record<string, string>> => ({
    os,
    arch,
    cpu,
    // Earlier records have none.
    ...(processor !== undefined && then.processor !== undefined && { processor }),
    // As many threads as there are cores, unless told.
    ...(threads === undefined && { cores: String(cores) }),
    node,
    chestnut,
  })
  return changes(kindOf(then), kindOf(now))
}

function isWithin(
  { golden, goldenTolerance }: ModelComparison,
  metrics: readonly MetricChange[],
  tolerance: number,
): boolean {
  return golden <= goldenTolerance && largestChange(metrics) <= tolerance
}

/** NaN where one of the trainings lacks a number that the other has. */
export function largestChange(metrics: readonly MetricChange[]): number {
  const differences = metrics
    .filter(({ name }) => judged.includes(name))
    .map(({ difference = Number.NaN }) => Math.abs(difference))
  return differences.length === 0 ? Number.NaN : Math.max(...differences)
}
