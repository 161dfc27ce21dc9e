import { canonicalJson, chestnutVersion, digestOf, exitCodes, Problem, type RunRecord } from '../core/index.ts'
import { blobs } from '../store/index.ts'
import { machineFacts } from './machine-facts.ts'
import { NotMade } from './not-made.ts'
import { Detached } from './remote/detached.ts'
import type { StageNeeds } from './remote/stage-needs.ts'
import { track } from './tracked/send-run.ts'
import type { Workspace } from './workspace.ts'

/** What a stage made: files by name, and the numbers that people compare. */
export interface StageResult {
  readonly outputs: Readonly<Record<string, Uint8Array | string>>
  readonly metrics: Readonly<Record<string, number>>
}

/** A pure step: the same inputs and settings give the same outputs, so it need not run twice. */
export interface Stage {
  readonly name: string
  /** Raised when the stage computes something else from the same inputs. */
  readonly version: number
  /** The part of the configuration that decides the result; no secrets, no paths. */
  readonly settings: unknown
  /** Digests of everything that is read. */
  readonly inputs: Readonly<Record<string, string>>
  run(): Promise<StageResult>
  /** What has to travel where it is to run elsewhere. Left out: it runs here only. */
  needs?(): Promise<StageNeeds>
}

export interface StageOutcome {
  readonly stage: string
  /** False when nothing had changed and the earlier result stands. */
  readonly ran: boolean
  readonly record: RunRecord
  /** Paths of the results as laid out for people, by name. */
  readonly files: Readonly<Record<string, string>>
  read(output: string): Promise<Uint8Array>
}

/** What tells a stage's result from every other: this version's code, the settings, the seed and all inputs. */
export function stageKey(workspace: Workspace, stage: Omit<Stage, 'run'>): string {
  const config = settingsDigest(workspace, stage)
  return digestOf({ stage: stage.name, chestnut: chestnutVersion(), config, inputs: stage.inputs })
}

/** Digest of what decides the result beside the inputs; what it is the digest of is kept as a blob with every run. */
export function settingsDigest(
  workspace: Pick<Workspace, 'config'>,
  stage: Pick<Stage, 'version' | 'settings'>,
): string {
  return digestOf(settingsOf(workspace, stage))
}

/** What decides the result beside the inputs. */
export function settingsOf(
  { config }: Pick<Workspace, 'config'>,
  { version, settings }: Pick<Stage, 'version' | 'settings'>,
): Settings {
  return { version, settings, seed: config.seed }
}

/** As they are kept, under their own digest. */
export interface Settings {
  readonly version: number
  readonly settings: unknown
  readonly seed: number
}

/** Runs a stage, or finds what it made before; keeps a record of every run, failures too. */
export async function runStage(workspace: Workspace, stage: Stage): Promise<StageOutcome> {
  const config = settingsDigest(workspace, stage)
  const key = stageKey(workspace, stage)
  const earlier = workspace.force ? undefined : await earlierResult(workspace, stage.name, key)
  const elsewhere = workspace.elsewhere?.stage === stage.name ? workspace.elsewhere : undefined
  if (earlier) {
    await elsewhere?.finish(stage.name, key)
    return outcome(workspace, stage.name, false, earlier)
  }

  if (workspace.onlyKept?.includes(stage.name)) throw new NotMade(stage.name, key)
  const started = workspace.clock.now()
  const finish = (rest: Pick<RunRecord, 'status' | 'outputs' | 'metrics'> & { error?: string }): RunRecord => ({
    format: 'chestnut.run/1',
    id: runId(started, key),
    stage: stage.name,
    started: new Date(started).toISOString(),
    ended: new Date(workspace.clock.now()).toISOString(),
    seed: workspace.config.seed,
    config,
    ...(workspace.commit === undefined ? {} : { commit: workspace.commit }),
    machine: machineFacts(),
    inputs: stage.inputs,
    ...rest,
  })
  try {
    if (elsewhere !== undefined) {
      await keepSettings(workspace, stage)
      return outcome(workspace, stage.name, true, await kept(workspace, await elsewhere.run(stage, key)))
    }
    const { outputs, metrics } = await stage.run()
    const record = finish({ status: 'done', outputs: await keepOutputs(workspace, outputs), metrics })
    await keepSettings(workspace, stage)
    await workspace.cache.keep(key, record)
    await workspace.records.keep(record)
    return outcome(workspace, stage.name, true, await kept(workspace, record))
  } catch (error) {
    if (error instanceof Detached) throw error
    const status = error instanceof Problem && error.exitCode === exitCodes.interrupted ? 'interrupted' : 'failed'
    await keepFailure(workspace, stage, finish({ status, outputs: {}, metrics: {}, error: kindOf(error) }))
    throw error
  }
}

/** Where the disk is full no record can be kept either: the person is told of the failure itself. */
async function keepFailure(workspace: Workspace, stage: Stage, record: RunRecord): Promise<void> {
  try {
    await keepSettings(workspace, stage)
    await workspace.records.keep(record)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    workspace.progress({ kind: 'warning', text: error.message })
    return
  }
  await track(workspace, record)
}

/** So that two runs can be told apart by more than a digest. */
async function keepSettings(workspace: Workspace, stage: Stage): Promise<void> {
  await blobs(workspace.store).put(new TextEncoder().encode(canonicalJson(settingsOf(workspace, stage))))
}

/** A finished run with the bytes that it made. */
interface Kept {
  readonly record: RunRecord
  readonly contents: ReadonlyMap<string, Uint8Array>
}

async function kept(workspace: Workspace, record: RunRecord): Promise<Kept> {
  const contents = new Map<string, Uint8Array>()
  for (const [name, digest] of Object.entries(record.outputs)) {
    contents.set(name, await blobs(workspace.store).get(digest))
  }
  return { record, contents }
}

/** What an earlier run made; undefined where there is none, or where its record or its bytes were damaged since. */
async function earlierResult(workspace: Workspace, stage: string, key: string): Promise<Kept | undefined> {
  try {
    const record = await workspace.cache.find(key)
    return record && (await kept(workspace, record))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    workspace.progress({ kind: 'warning', text: `${error.message}. The stage "${stage}" runs again` })
    return undefined
  }
}

async function keepOutputs(
  workspace: Workspace,
  outputs: StageResult['outputs'],
): Promise<Readonly<Record<string, string>>> {
  const store = blobs(workspace.store)
  const digests: Record<string, string> = {}
  for (const [name, content] of Object.entries(outputs)) {
    digests[name] = await store.put(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  }
  return digests
}

async function outcome(
  workspace: Workspace,
  stage: string,
  ran: boolean,
  { record, contents }: Kept,
): Promise<StageOutcome> {
  const files: Record<string, string> = {}
  for (const [name, content] of contents) files[name] = await workspace.layOut(name, content)
  return {
    stage,
    ran,
    record,
    files,
    read: async output => {
      const content = contents.get(output)
      if (content === undefined) throw new Error(`The stage "${stage}" made no "${output}"`)
      return content
    },
  }
}

/** Sorts by time; runs that start in one millisecond differ by their keys or processes. */
function runId(started: number, key: string): string {
  return `${new Date(started).toISOString().replace(/[-:.]/g, '').toLowerCase()}-${key.slice(0, 8)}-${process.pid}`
}

/** A record names the kind of error; its sentence may hold a path, so it stays on the terminal. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
