import { Problem, type RunRecord } from '../../core/index.ts'
import { exportedModel } from '../../models/index.ts'
import type { ModelVersion } from '../../registry/index.ts'
import { blobs, type Store } from '../../store/index.ts'
import type { TrackedArtifact, TrackedMetric, TrackedModel, TrackedRun } from '../../tracking/index.ts'
import { readHistory } from '../../train/index.ts'
import { productionAlias } from '../production-alias.ts'
import { readSettings } from '../runs/flat-settings.ts'
import type { RunPlaces } from '../runs/open-run.ts'
import { modelArtifacts } from './model-folder.ts'

/** Results that may be shown to others: they hold numbers and pictures of numbers, never a film or a name. */
const shown: Readonly<Record<string, readonly string[]>> = {
  train: ['history.json', 'history.png'],
  evaluate: ['evaluation.html', 'evaluation.json'],
}

/** A training as one run of a tracking server, with its evaluation and its published version as far as there are any. */
export async function trackedRun(places: RunPlaces, training: RunRecord): Promise<TrackedRun> {
  const { store } = places
  const model = training.outputs[modelFile]
  const evaluation = model === undefined ? undefined : await evaluationOf(places, model)
  const version = model === undefined ? undefined : await versionOf(places, model)
  const stages = evaluation === undefined ? [training] : [training, evaluation]
  const published = version && (await publishedModel(places, version))
  const artifacts = stages.flatMap(stage => artifactsOf(store, stage))
  const settings = (await readSettings(store, training.config)) ?? { seed: String(training.seed) }
  return {
    id: training.id,
    name: `${settings['name'] ?? training.stage} ${training.started.slice(0, 16).replace('T', ' ')}`,
    status: training.status === 'done' ? 'finished' : training.status === 'failed' ? 'failed' : 'killed',
    started: Date.parse(training.started),
    ended: Date.parse(training.ended),
    params: settings,
    metrics: [
      ...(await curves(store, training)),
      ...metricsOf('train', training),
      ...(evaluation ? metricsOf('test', evaluation) : []),
    ],
    tags: tagsOf(training, evaluation),
    dataset: training.inputs['dataset'],
    artifacts: [...artifacts, ...(published?.artifacts ?? [])],
    model: published?.model,
  }
}

const modelFile = 'model.onnx'

/**
 * The training that a run belongs to: itself, or the one that made the model which it judged or published.
 *
 * @throws Problem where it has none
 */
export async function trainingOfRun(places: Pick<RunPlaces, 'records'>, run: RunRecord): Promise<RunRecord> {
  if (run.stage === 'train') return run
  const model = run.inputs['model']
  const found =
    model === undefined ? undefined : await newestWith(places, 'train', ({ outputs }) => outputs[modelFile] === model)
  if (found !== undefined) return found
  throw new Problem(
    `Cannot send the run "${run.id}": it is of the stage "${run.stage}" and no training belongs to it`,
    {
      next: 'chestnut runs list --stage train',
    },
  )
}

function evaluationOf(places: RunPlaces, model: string): Promise<RunRecord | undefined> {
  return newestWith(places, 'evaluate', ({ inputs }) => inputs['model'] === model)
}

async function newestWith(
  { records }: Pick<RunPlaces, 'records'>,
  stage: string,
  is: (record: RunRecord) => boolean,
): Promise<RunRecord | undefined> {
  // One that cannot be read is told of where runs are listed.
  for await (const record of records.newest(() => undefined)) {
    if (record.stage === stage && record.status === 'done' && is(record)) return record
  }
  return undefined
}

async function versionOf({ registry }: RunPlaces, digest: string): Promise<ModelVersion | undefined> {
  for await (const version of registry.list()) if (version.digest === digest) return version
  return undefined
}

/** Loss, accuracy and the rest, epoch by epoch. */
async function curves(store: Store, { outputs }: RunRecord): Promise<readonly TrackedMetric[]> {
  const digest = outputs['history.json']
  if (digest === undefined) return []
  const { epochs } = readHistory(new TextDecoder().decode(await blobs(store).get(digest)))
  return epochs.flatMap(({ epoch, best: _best, ...values }) =>
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'number' ? [{ name: `epoch/${name}`, value, step: epoch }] : [],
    ),
  )
}

function metricsOf(part: string, { metrics, ended }: RunRecord): readonly TrackedMetric[] {
  const at = Date.parse(ended)
  return Object.entries(metrics).map(([name, value]) => ({ name: `${part}/${name}`, value, step: 0, at }))
}

function artifactsOf(store: Store, { stage, outputs }: RunRecord): readonly TrackedArtifact[] {
  return (shown[stage] ?? []).flatMap(path => {
    const digest = outputs[path]
    return digest === undefined ? [] : [{ path, read: () => blobs(store).get(digest) }]
  })
}

interface Published {
  readonly model: TrackedModel
  readonly artifacts: readonly TrackedArtifact[]
}

/** The model as other tools take it: a film in, probabilities out. */
async function publishedModel({ registry }: RunPlaces, version: ModelVersion): Promise<Published> {
  const { name, version: number, digest } = version
  const history = await registry.history(name, productionAlias)
  const folder = 'model'
  const tags = { 'chestnut.version': String(number), 'chestnut.model': digest }
  const alias = history.at(-1)?.version === number ? productionAlias : undefined
  const exported = exportedModel(await registry.open(version))
  return { model: { name, folder, tags, alias }, artifacts: modelArtifacts(folder, exported) }
}

function tagsOf(training: RunRecord, evaluation: RunRecord | undefined): Readonly<Record<string, string>> {
  const { machine, commit, cost, config, inputs, outputs, error } = training
  const tags: Readonly<Record<string, string | undefined>> = {
    'mlflow.source.name': 'chestnut',
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': commit,
    'chestnut.evaluation': evaluation?.id,
    'chestnut.configuration': config,
    'chestnut.dataset': inputs['dataset'],
    'chestnut.model': outputs[modelFile],
    'chestnut.chestnut': machine.chestnut,
    'chestnut.node': machine.node,
    'chestnut.machine': `${machine.cpu}, ${machine.cores} cores, ${machine.os} ${machine.arch}`,
    'chestnut.rented': machine.rented,
    'chestnut.cost': cost && `${cost.amount} ${cost.currency}`,
    'chestnut.error': error,
  }
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
