import { digestOf } from '../../core/index.ts'
import {
  chooseFinding,
  datasetDigest,
  type FilmRow,
  type Prepared,
  prepare,
  readManifest,
} from '../../dataset/index.ts'
import type { Targets } from '../config.ts'
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

/** Parts the films into training, validation and testing sets. */
export async function prepareStage(workspace: Workspace, fetched: Fetched): Promise<PreparedFilms> {
  const outcome = await runStage(workspace, {
    name: 'prepare',
    version: 1,
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
  })
  const rows = readManifest(new TextDecoder().decode(await outcome.read('manifest.csv')))
  const targets = namedTargets(workspace.config.targets, rows)
  return { outcome, rows: targets.reduce(spelledAs, rows), targets, dataset: datasetDigest(rows) }
}

/** All findings that the data name, where the configuration says so. */
function namedTargets(targets: Targets, rows: readonly FilmRow[]): readonly string[] {
  return targets === 'all' ? Object.keys(rows[0]?.labels ?? {}).filter(name => name !== 'No Finding') : targets
}

/** The labels under the configuration's spelling of a target, where the data write it `PNEUMONIA`. */
function spelledAs(rows: readonly FilmRow[], target: string): readonly FilmRow[] {
  const found = chooseFinding(target, Object.keys(rows[0]?.labels ?? {}))
  if (found === target) return rows
  return rows.map(row => {
    const { [found]: label = null, ...others } = row.labels
    return { ...row, labels: { ...others, [target]: label } }
  })
}

/** The preparation itself, which `explore` looks at before anything is kept. */
export function partFilms(workspace: Workspace, fetched: Fetched): Promise<Prepared> {
  const { config } = workspace
  return prepare(fetched.collection, {
    target: config.targets[0]!,
    negatives: config.negatives,
    split: { ...config.split, seed: config.seed },
    digests: fetched.digests,
  })
}

export function splitSettings(workspace: Workspace): unknown {
  const { targets, uncertain, negatives, split } = workspace.config
  return { targets, uncertain, negatives, split }
}

function partMetrics(prepared: Prepared): Record<string, number> {
  const parts = Object.entries(prepared.counts).flatMap(([part, { films, positives, patients }]) => [
    [part, films],
    [`${part}Positive`, positives],
    [`${part}Patients`, patients],
  ])
  return {
    ...Object.fromEntries(parts),
    leakRate: prepared.leakRate,
    leakRateOfPositives: prepared.leakRateOfPositives,
  }
}
