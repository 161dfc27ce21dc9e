import {
  type ExploreFindingsOptions,
  explore,
  exploreFindings,
  readManifest,
  withUncertain,
} from '../../dataset/index.ts'
import { renderHtml } from '../../report/index.ts'
import { readFilm } from '../read-film.ts'
import { runStage, type StageOutcome } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import type { Fetched } from './fetch.ts'
import { partFilms, splitSettings } from './prepare.ts'

/** Writes the report on the data: who is in it, and what would fool a model. */
export function exploreStage(workspace: Workspace, fetched: Fetched): Promise<StageOutcome> {
  return runStage(workspace, {
    name: 'explore',
    version: 2,
    settings: splitSettings(workspace),
    inputs: { films: fetched.digest },
    run: async () => {
      const prepared = await partFilms(workspace, fetched)
      const [target, ...others] = prepared.targets
      const options: Omit<ExploreFindingsOptions, 'targets'> = {
        seed: workspace.config.seed,
        films: row => readFilm(row.path),
        signal: workspace.signal,
        // The order of a folder a class is our own, and would tell the classes apart.
        without: fetched.collection.kind === 'folders' ? ['order of collection'] : [],
      }
      // What the table is sure of: what training makes of the rest is no fact about the films.
      const rows = readManifest(prepared.manifest).map(row => withUncertain(row, 'ignore'))
      const { data, report } =
        target === undefined || others.length > 0
          ? await exploreFindings(rows, { targets: prepared.targets, ...options })
          : await explore(rows, { target, ...options })
      return {
        outputs: { 'explore.html': await renderHtml(report), 'explore.json': `${JSON.stringify(data, null, 2)}\n` },
        metrics: { films: data.films, patients: data.patients, leakRate: prepared.leakRate },
      }
    },
  })
}
