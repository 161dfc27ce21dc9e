import { checkStamp, digestOf, isJsonObject, Problem } from '../../core/index.ts'
import { type Journal, ledgerOf, type RunCost } from '../../machines/index.ts'
import { readJson, type Store, writeJson } from '../../store/index.ts'

/** A run of a piece of work, by the number of its attempt. */
export interface FoundRun {
  readonly run: string
  /** What the journal knows; undefined: it was not begun. */
  readonly cost?: RunCost
}

/** The run of a work that is under way, or the next one: what has ended is not begun again. */
export async function findRun(journal: Journal, key: string): Promise<FoundRun> {
  for (let attempt = 1; ; attempt++) {
    const run = digestOf({ work: key, attempt }).slice(0, 12)
    const [cost] = ledgerOf(await journal.read(run))
    if (cost === undefined) return { run }
    if (cost.open !== undefined) return { run, cost }
  }
}

/** What a run is for, in the store: whoever attaches to it need not know. */
export interface RemoteRun {
  readonly format: 'chestnut.remote-run/1'
  readonly run: string
  readonly stage: string
  /** See `stageKey`. */
  readonly key: string
  /** The machine's name in the configuration. */
  readonly on: string
}

export async function keepRemoteRun(store: Store, run: RemoteRun): Promise<void> {
  await writeJson(store, `machines/runs/${run.run}.json`, run)
}

/** @throws Problem when it is damaged, or of a newer Chestnut. */
export async function remoteRuns(store: Store): Promise<readonly RemoteRun[]> {
  const runs: RemoteRun[] = []
  for await (const { key } of store.list('machines/runs/')) runs.push(parse(await readJson(store, key)))
  return runs
}

function parse(value: unknown): RemoteRun {
  const entry = isJsonObject(value) ? value : {}
  checkStamp(entry['format'], 'remote-run', 1)
  const { run, stage, key, on } = entry
  if (typeof run === 'string' && typeof stage === 'string' && typeof key === 'string' && typeof on === 'string')
    return { format: 'chestnut.remote-run/1', run, stage, key, on }
  throw new Problem('Cannot read what a run is for: a part of it is missing')
}
