import { isAbsolute, relative, resolve, sep } from 'node:path'
import { digestOf } from '../../core/index.ts'
import {
  type Collection,
  chooseFinding,
  datasetDigest,
  type FilmRow,
  type LabelCounts,
  type Prepared,
  prepare,
  readManifest,
  targetsOf,
} from '../../dataset/index.ts'
import { prepareNeeds } from '../remote/prepare-needs.ts'
import { runStage, type StageOutcome } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import type { Fetched } from './fetch.ts'

/** The films with their labels, each in one part. */
export interface PreparedFilms {
  readonly outcome: StageOutcome
  readonly rows: readonly FilmRow[]
  /** What is to be told, as the configuration spells it: one output of the model each. */
  readonly targets: readonly string[]
  /** Of films, labels and parts; not of paths. */
  readonly dataset: string
}

/** The films as the stages after it need them, wherever they run. */
export type LabelledFilms = Omit<PreparedFilms, 'outcome'>

/** What is left of a fetch on the machine where the preparation runs. */
export type FetchedFilms = Omit<Fetched, 'outcome'>

/**
 * Parts the films into training, validation and testing sets. What it writes names films below the project's folder from there, so that
 * every checkout of the project finds what one of them made.
 */
export async function prepareStage(workspace: Workspace, found: FetchedFilms): Promise<PreparedFilms> {
  const { base } = workspace
  const fetched = { ...found, collection: placedFrom(base, found.collection) }
  const outcome = await runStage(workspace, {
    name: 'prepare',
    version: 3,
    settings: splitSettings(workspace),
    inputs: { films: fetched.digest, places: digestOf(fetched.collection.films.map(film => film.path)) },
    run: async () => {
      const prepared = await partFilms(workspace, fetched)
      for (const text of prepared.warnings) workspace.progress({ kind: 'warning', text })
      return {
        outputs: {
          'training_set.csv': prepared.training,
          'validation_set.csv': prepared.validation,
          'testing_set.csv': prepared.testing,
          'manifest.csv': prepared.manifest,
        },
        metrics: partMetrics(prepared),
      }
    },
    needs: () => prepareNeeds(fetched),
  })
  const rows = readManifest(new TextDecoder().decode(await outcome.read('manifest.csv'))).map(row => ({
    ...row,
    path: resolve(base, row.path),
  }))
  const { targets: wanted } = workspace.config
  const targets = wanted === 'all' ? targetsOf(wanted, Object.keys(rows[0]?.labels ?? {})) : wanted
  return { outcome, rows: targets.reduce(spelledAs, rows), targets, dataset: datasetDigest(rows) }
}

/** The films by their paths from a folder, where they lie below it. */
function placedFrom(base: string, collection: Collection): Collection {
  const placed = (path: string): string => {
    const from = relative(base, path)
    const isBelow = isAbsolute(path) && !from.startsWith('..') && !isAbsolute(from)
    return isBelow ? from.split(sep).join('/') : path
  }
  return { ...collection, films: collection.films.map(film => ({ ...film, path: placed(film.path) })) }
}

/** The labels under the configuration's spelling of a target, where the data write it `PNEUMONIA`. */
function spelledAs(rows: readonly FilmRow[], target: string): readonly FilmRow[] {
  const found = chooseFinding(target, Object.keys(rows[0]?.labels ?? {}))
  if (found === target) return rows
  return rows.map(row => {
    const { [found]: label = null, ...others } = row.labels
    const uncertain = row.uncertain?.map(name => (name === found ? target : name))
    return { ...row, labels: { ...others, [target]: label }, ...(uncertain && { uncertain }) }
  })
}

/** The preparation itself, which `explore` looks at before anything is kept. */
export function partFilms(workspace: Workspace, fetched: FetchedFilms): Promise<Prepared> {
  const { config } = workspace
  return prepare(fetched.collection, {
    targets: config.targets,
    uncertain: config.uncertain,
    negatives: config.negatives,
    split: { ...config.split, seed: config.seed },
    digests: fetched.digests,
  })
}

export function splitSettings(workspace: Workspace): unknown {
  const { targets, uncertain, negatives, split } = workspace.config
  return { targets, uncertain, negatives, split }
}

function partMetrics({ counts, leakRate, leakRateOfPositives, targets }: Prepared): Record<string, number> {
  const parts = Object.entries(counts).flatMap(([part, { films, patients, labels }]) => [
    [part, films],
    [`${part}Patients`, patients],
    ...targets.flatMap(target => labelMetrics(part, labels[target]!, targets.length === 1 ? '' : `.${target}`)),
  ])
  return { ...Object.fromEntries(parts), leakRate, leakRateOfPositives }
}

/** @param suffix `.Pneumonia` where there are several targets */
function labelMetrics(
  part: string,
  { positives, uncertain, unlabelled }: LabelCounts,
  suffix: string,
): readonly (readonly [string, number])[] {
  return [
    [`${part}Positive${suffix}`, positives],
    ...(uncertain === 0 ? [] : [[`${part}Uncertain${suffix}`, uncertain] as const]),
    ...(unlabelled === 0 ? [] : [[`${part}Unlabelled${suffix}`, unlabelled] as const]),
  ]
}
