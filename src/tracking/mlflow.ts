import { type Clock, isJsonObject, type JsonObject, Problem, type Random } from '../core/index.ts'
import { type KeyValue, logBatches } from './log-batches.ts'
import { mlflowValue, namedForMlflow } from './mlflow-names.ts'
import { type Credentials, MlflowRefusal, type MlflowRest, mlflowRest } from './mlflow-rest.ts'
import type { TrackedArtifact, TrackedModel, TrackedRun, Tracker } from './tracked-run.ts'

export interface MlflowOptions {
  readonly uri: string
  readonly credentials: Credentials
  readonly clock: Clock
  readonly random: Random
  /** Default: the network. */
  readonly fetch?: typeof fetch
}

/** An MLflow server, over its REST interface alone. */
export function mlflow(options: MlflowOptions): Tracker {
  const { uri, fetch: send = fetch } = options
  return {
    name: `MLflow at ${uri}`,
    send: async (experiment, run, { signal } = {}) => {
      const rest = mlflowRest({ ...options, fetch: send, signal })
      const experimentId = await experimentNamed(rest, experiment)
      const { id, artifactUri } = await runOf(rest, experimentId, run)
      await logAll(rest, id, run)
      const notes = await sendFiles(rest, { id, artifactUri }, run)
      await rest.post('runs/update', { run_id: id, status: run.status.toUpperCase(), end_time: run.ended })
      return { where: `${uri.replace(/\/+$/, '')}/#/experiments/${experimentId}/runs/${id}`, notes }
    },
  }
}

async function experimentNamed(rest: MlflowRest, name: string): Promise<string> {
  const found = await known(rest, name)
  if (found !== undefined) return found
  try {
    return text(await rest.post('experiments/create', { name }), 'experiment_id')
  } catch (error) {
    // Somebody else made it meanwhile.
    const again = isCode(error, 'RESOURCE_ALREADY_EXISTS') ? await known(rest, name) : undefined
    if (again === undefined) throw error
    return again
  }
}

async function known(rest: MlflowRest, name: string): Promise<string | undefined> {
  try {
    const experiment = member(await rest.get('experiments/get-by-name', { experiment_name: name }), 'experiment')
    if (experiment['lifecycle_stage'] !== 'deleted') return text(experiment, 'experiment_id')
  } catch (error) {
    if (isCode(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined
    throw error
  }
  throw new Problem(`Cannot send to the experiment "${name}" of MLflow: it was deleted there`, {
    next: 'mlflow experiments restore, or name another one in the configuration: tracking: mlflow({ uri, experiment })',
  })
}

/** A run on the server. */
interface RunThere {
  readonly id: string
  readonly artifactUri: string
}

/** Where our ids are kept there. */
const idTag = 'chestnut.run'

async function runOf(rest: MlflowRest, experimentId: string, run: TrackedRun): Promise<RunThere> {
  const filter = `tags.\`${idTag}\` = '${run.id}'`
  const { runs } = await rest.post('runs/search', { experiment_ids: [experimentId], filter, max_results: 1 })
  const [before] = Array.isArray(runs) ? (runs as readonly unknown[]) : []
  const found = isJsonObject(before)
    ? before
    : member(
        await rest.post('runs/create', {
          experiment_id: experimentId,
          run_name: run.name,
          start_time: run.started,
          tags: [{ key: idTag, value: run.id }],
        }),
        'run',
      )
  const info = member(found, 'info')
  return { id: text(info, 'run_id'), artifactUri: text(info, 'artifact_uri') }
}

/** What was logged before is logged again: the server keeps equal values once. */
async function logAll(rest: MlflowRest, id: string, run: TrackedRun): Promise<void> {
  const params = namedForMlflow(Object.entries(run.params)).map(([key, value]) => ({ key, value: mlflowValue(value) }))
  const metrics = metricsOf(run)
  for (const batch of logBatches({ params, tags: keyValues(run.tags), metrics })) {
    await rest.post('runs/log-batch', { run_id: id, ...batch })
  }
  if (run.dataset === undefined) return
  const dataset = { name: 'films', digest: run.dataset.slice(0, 36), source_type: 'chestnut', source: '{}' }
  const tags = [{ key: 'mlflow.data.context', value: 'training' }]
  await rest.post('runs/log-inputs', { run_id: id, datasets: [{ dataset, tags }] })
}

function metricsOf({ metrics, ended }: TrackedRun): Parameters<typeof logBatches>[0]['metrics'] {
  const names = [...new Set(metrics.map(({ name }) => name))]
  const keys = new Map(namedForMlflow(names.map(name => [name, name] as const)).map(([key, name]) => [name, key]))
  return metrics.map(({ name, value, step, at = ended }) => ({
    key: keys.get(name)!,
    value: Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity',
    timestamp: at,
    step,
  }))
}

function keyValues(values: Readonly<Record<string, string>>): readonly KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: mlflowValue(value) }))
}

/** Where the server keeps files itself. */
const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/

/** @returns what could not be sent */
async function sendFiles(rest: MlflowRest, there: RunThere, run: TrackedRun): Promise<readonly string[]> {
  if (run.artifacts.length === 0) return []
  const [, root] = proxied.exec(there.artifactUri) ?? []
  if (root === undefined) {
    return ['files and the model stay here: the server takes no files, which "mlflow server --serve-artifacts" would']
  }
  const fixed = run.artifacts.filter(({ size }) => size !== undefined)
  const sizes = await sizesThere(rest, there.id, foldersOf(fixed))
  for (const { path, size, read } of run.artifacts) {
    if (size === undefined || sizes.get(path) !== size) await rest.put(`${root}/${path}`, await read())
  }
  if (run.model) await register(rest, there, run.model)
  return []
}

function foldersOf(artifacts: readonly TrackedArtifact[]): readonly string[] {
  return [...new Set(artifacts.map(({ path }) => path.split('/').slice(0, -1).join('/')))]
}

async function sizesThere(
  rest: MlflowRest,
  id: string,
  folders: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  for (const path of folders) {
    const { files } = await rest.get('artifacts/list', { run_id: id, ...(path !== '' && { path }) })
    for (const file of Array.isArray(files) ? (files as readonly unknown[]) : []) {
      if (isJsonObject(file) && typeof file['path'] === 'string') sizes.set(file['path'], Number(file['file_size']))
    }
  }
  return sizes
}

async function register(rest: MlflowRest, { id, artifactUri }: RunThere, model: TrackedModel): Promise<void> {
  const { name, folder, tags, alias } = model
  try {
    await rest.post('registered-models/create', { name })
  } catch (error) {
    if (!isCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error
  }
  const filter = `name='${name}' and run_id='${id}'`
  const { model_versions: versions } = await rest.get('model-versions/search', { filter, max_results: '1' })
  const [before] = Array.isArray(versions) ? (versions as readonly unknown[]) : []
  const source = `${artifactUri}/${folder}`
  const found = isJsonObject(before)
    ? before
    : member(
        await rest.post('model-versions/create', { name, source, run_id: id, tags: keyValues(tags) }),
        'model_version',
      )
  if (alias !== undefined)
    await rest.post('registered-models/alias', { name, alias, version: String(found['version']) })
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof MlflowRefusal && error.code === code
}

function member(from: JsonObject, name: string): JsonObject {
  const value = from[name]
  return isJsonObject(value) ? value : strange(name)
}

function text(from: JsonObject, name: string): string {
  const value = from[name]
  return typeof value === 'string' ? value : strange(name)
}

function strange(name: string): never {
  throw new Problem(`Cannot send to MLflow: its answer holds no "${name}", is it an MLflow server?`)
}
