import { join, resolve } from 'node:path'
import { type Clock, Misuse, type Progress } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import { type Registry, registry } from '../registry/index.ts'
import { makeFolder, type Store, writeFileWhole } from '../store/index.ts'
import { type Choices, type FeatureCache, featureCache, type TrainProfile } from '../train/index.ts'
import type { Config } from './config.ts'
import { type DigestIndex, digestIndex } from './digest-index.ts'
import { openStore, stateFolder } from './open-store.ts'
import { processorKind } from './processor-kind.ts'
import type { Elsewhere } from './remote/elsewhere.ts'
import { type RunRecords, runRecords } from './runs/run-records.ts'
import { type StageCache, stageCache } from './stage-cache.ts'

/** What every stage works with: the configuration, the project's folders, and the tools that were handed in. */
export interface Workspace {
  readonly config: Config
  /** The folder that relative paths start from. */
  readonly base: string
  /** The project's own folder (`.chestnut`): downloads, pixels, index, checkpoints. */
  readonly state: string
  readonly store: Store
  readonly registry: Registry
  readonly cache: StageCache
  readonly records: RunRecords
  readonly digests: DigestIndex
  /** Undefined where the configuration keeps no features on disk. */
  readonly featureCache: FeatureCache | undefined
  readonly engine: Engine
  readonly clock: Clock
  readonly progress: Progress
  readonly signal: AbortSignal
  /** The commit of the project's folder, if it is a git checkout. */
  readonly commit: string | undefined
  /** Runs stages even if nothing changed. */
  readonly force: boolean
  /** Stages that do not run: what they made before is taken, and where they made nothing `NotMade` is thrown. */
  readonly onlyKept?: readonly string[] | undefined
  /** Begins a training anew, whatever an earlier run left of it. */
  readonly fresh: boolean
  /** How convolutions are computed, as an earlier training chose it. Absent: they are measured where that pays. */
  readonly choices?: Choices | undefined
  /** Is told where the time of each training went. Absent: nothing is measured. */
  readonly onProfile?: ((profile: TrainProfile) => void) | undefined
  /** Where one of the stages runs instead of here. Absent: all run here. */
  readonly elsewhere?: Elsewhere | undefined
  /** Lays a result out for people. @returns its path */
  layOut(name: string, content: Uint8Array | string): Promise<string>
}

export interface WorkspaceTools {
  readonly engine: Engine
  readonly clock: Clock
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly commit?: string | undefined
  readonly force?: boolean
  readonly fresh?: boolean
  readonly onProfile?: ((profile: TrainProfile) => void) | undefined
}

export async function openWorkspace(config: Config, base: string, tools: WorkspaceTools): Promise<Workspace> {
  refuseInt8Elsewhere(config)
  const state = stateFolder(config, base)
  const output = resolve(base, config.output)
  const store = await openStore(config, base)
  return {
    config,
    base,
    state,
    store,
    registry: registry(store),
    cache: stageCache(store),
    records: runRecords(store),
    digests: await digestIndex({ folder: state, clock: tools.clock }),
    featureCache: featuresIn(join(state, 'features'), config, tools),
    engine: tools.engine,
    clock: tools.clock,
    progress: tools.progress,
    signal: tools.signal,
    commit: tools.commit,
    force: tools.force ?? false,
    fresh: tools.fresh ?? false,
    onProfile: tools.onProfile,
    layOut: async (name, content) => {
      await makeFolder(output)
      const path = join(output, name)
      await writeFileWhole(path, content)
      return path
    },
  }
}

function featuresIn(folder: string, { train }: Config, { progress, clock }: WorkspaceTools): FeatureCache | undefined {
  const { gigabytes } = train.featureCache
  if (gigabytes === 0) return undefined
  return featureCache({ folder, budget: gigabytes * 1e9, machine: processorKind(), progress, clock })
}

/** Only the processor multiplies bytes here: ONNX Runtime has no such kernels for graphics processors. */
function refuseInt8Elsewhere({ backbone, device }: Config): void {
  if (device === 'cpu' || !('precision' in backbone) || backbone.precision !== 'int8') return
  throw new Misuse(`Cannot use device "${device}": the backbone has precision "int8", which needs the device "cpu"`, {
    next: 'take the device "cpu", or leave "precision" of the backbone out',
  })
}
