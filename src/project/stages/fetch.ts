import { join } from 'node:path'
import { digestOf } from '../../core/index.ts'
import { type Collection, fetchData } from '../../dataset/index.ts'
import { runStage, type StageOutcome } from '../stage.ts'
import type { Workspace } from '../workspace.ts'

/** The films and their table, known by content. */
export interface Fetched {
  readonly outcome: StageOutcome
  readonly collection: Collection
  /** SHA-256 of each film's file, by the film's name. */
  readonly digests: ReadonlyMap<string, string>
  /** Of the contents of all films and of the table, wherever they lie. */
  readonly digest: string
}

/** Collects films and table. Files that have not changed since they were last seen are not read again. */
export async function fetchStage(workspace: Workspace): Promise<Fetched> {
  const { config, signal, progress } = workspace
  const collection = await fetchData(config.data, {
    folder: join(workspace.state, 'data'),
    base: workspace.base,
    maxBad: config.maxBad,
    progress,
    signal,
    clock: workspace.clock,
  })
  for (const text of collection.warnings) progress({ kind: 'warning', text })
  const byPath = await workspace.digests.digestAll(collection.films, { signal, progress })
  await workspace.digests.save()
  const digests = new Map(collection.films.map(film => [film.name, byPath.get(film.path) ?? '']))
  const digest = digestOf({ table: collection.digest, films: [...digests] })
  const outcome = await runStage(workspace, {
    name: 'fetch',
    version: 1,
    settings: { kind: collection.kind },
    inputs: { films: digest },
    run: async () => ({
      outputs: { 'collection.json': summary(collection, digest) },
      metrics: { films: collection.films.length },
    }),
  })
  return { outcome, collection, digests, digest }
}

/** Counts and digests only: the films' names hold patients. */
function summary(collection: Collection, digest: string): string {
  const bytes = collection.films.reduce((sum, film) => sum + film.size, 0)
  const { kind, films, warnings } = collection
  return `${JSON.stringify({ format: 'chestnut.collection/1', kind, films: films.length, bytes, digest, warnings }, null, 2)}\n`
}
