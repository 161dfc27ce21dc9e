import { canonicalJson, Problem, type RunRecord } from '../core/index.ts'
import { decode } from '../graph/index.ts'
import { readCard } from '../models/index.ts'
import {
  type BundleFile,
  type ModelVersion,
  type PublicKey,
  readBundle,
  type SigningKey,
  writeBundle,
} from '../registry/index.ts'
import { blobs, type Store } from '../store/index.ts'
import type { RunPlaces } from './runs/open-run.ts'

/** What travels of each stage's outputs: numbers and pictures of numbers. Tables of films stay, since they name patients. */
const reports: Readonly<Record<string, readonly string[]>> = {
  train: ['choices.json', 'history.json', 'history.png'],
  evaluate: ['evaluation.html', 'evaluation.json'],
}

export interface ExportedBundle {
  readonly version: ModelVersion
  readonly bytes: Uint8Array
  /** Names of what is in it beside the model. */
  readonly files: readonly string[]
}

/**
 * A version as one signed file: model, record, the runs that made and judged it, their settings and reports.
 *
 * @param reference as for the registry's `find`
 */
export async function exportBundle(places: RunPlaces, reference: string, key: SigningKey): Promise<ExportedBundle> {
  const { registry, store } = places
  const version = await registry.find(reference)
  const model = await registry.open(version)
  const runs = await runsOf(places, version)
  const found = (await Promise.all(runs.map(run => reportsOf(store, run)))).flat()
  const once = [...new Map(found.map(file => [file.path, file])).values()]
  const bytes = writeBundle({ version, model, runs, reports: once }, key)
  return { version, bytes, files: [...runs.map(({ id }) => `runs/${id}.json`), ...once.map(({ path }) => path)] }
}

/** The run that made a model and the newest that judged it. */
async function runsOf({ records }: RunPlaces, { run, digest }: ModelVersion): Promise<readonly RunRecord[]> {
  const found: RunRecord[] = []
  // One that cannot be read is told of where runs are listed.
  for await (const record of records.newest(() => undefined)) {
    const isJudge = record.stage === 'evaluate' && record.status === 'done' && record.inputs['model'] === digest
    if (record.id === run || (isJudge && !found.some(({ stage }) => stage === 'evaluate'))) found.push(record)
  }
  return found
}

async function reportsOf(store: Store, { stage, outputs, config }: RunRecord): Promise<readonly BundleFile[]> {
  const kept = blobs(store)
  const wanted = (reports[stage] ?? []).flatMap(path =>
    outputs[path] === undefined ? [] : [[path, outputs[path]] as const],
  )
  const files: BundleFile[] = []
  for (const [path, digest] of [...wanted, [`settings/${config}.json`, config] as const]) {
    if (await kept.has(digest)) files.push({ path, bytes: await kept.get(digest) })
  }
  return files
}

export interface ImportedBundle {
  /** As it is called here. */
  readonly version: ModelVersion
  readonly signer: string
  /** How many runs came along. */
  readonly runs: number
}

/**
 * Registers the version of a bundle, under the next number of its name. Signature, digests and the model's own card are checked before
 * anything is written.
 *
 * @throws Refusal when nobody who is trusted signed it
 */
export async function importBundle(
  { registry, records, store }: RunPlaces,
  bytes: Uint8Array,
  trusted: readonly PublicKey[],
): Promise<ImportedBundle> {
  const { version, model, runs, reports: files, signer } = readBundle(bytes, trusted)
  readCard(decode(model))
  const unknown = await newRuns(records, runs)
  const kept = blobs(store)
  for (const file of files) await kept.put(file.bytes)
  for (const run of unknown) await records.keep(run)
  const { name, dataset, run, metrics, created } = version
  const from = { reference: `${name}@${version.version}`, signer }
  const draft = { name, model, dataset, metrics, created, from, ...(run !== undefined && { run }) }
  return { version: await registry.publish(draft), signer, runs: runs.length }
}

/** Records never change: the same id with another content is no run of ours. */
async function newRuns(records: RunPlaces['records'], runs: readonly RunRecord[]): Promise<readonly RunRecord[]> {
  const unknown: RunRecord[] = []
  for (const run of runs) {
    const known = await records.get(run.id)
    if (known === undefined) unknown.push(run)
    else if (canonicalJson(known) !== canonicalJson(run)) {
      throw new Problem(`Cannot import the bundle: its run "${run.id}" is known here with another content`, {
        next: `chestnut runs show ${run.id}`,
      })
    }
  }
  return unknown
}
