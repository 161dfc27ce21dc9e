import { type Progress, systemClock } from '../core/index.ts'
import { type Device, onnxRuntime } from '../engine/index.ts'
import { type Config, loadConfig, openWorkspace, type TrainProfile, type Workspace } from '../project/index.ts'
import { commitOf } from './git.ts'
import { interruption } from './interruption.ts'
import { type Output, output } from './output.ts'
import { type ProgressDisplay, progressDisplay } from './progress-display.ts'

/** Flags that every command of a project takes. */
export interface CommonOptions {
  readonly json?: boolean
  readonly config?: string
  readonly force?: boolean
  readonly fresh?: boolean
  readonly seed?: number
  readonly device?: Device
  /** Says where a training's time went. */
  readonly profile?: boolean
}

/** What a command works with. */
export interface Session {
  readonly workspace: Workspace
  readonly config: Config
  readonly configPath: string | undefined
  readonly output: Output
  readonly display: ProgressDisplay
  readonly signal: AbortSignal
  /** Of the trainings so far, where that was asked for. */
  readonly profiles: readonly TrainProfile[]
}

export interface SessionOptions extends CommonOptions {
  /** The folder in which the configuration is looked for. Default: the current one. */
  readonly folder?: string
  /** Changes the configuration by flags. */
  readonly change?: (config: Config) => Config
}

/** Opens the project of a folder for one command, and lets go of Ctrl-C afterwards. */
export async function inProject<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const loaded = await loadConfig(options.folder ?? process.cwd(), options.config)
  const flagged = {
    ...loaded.config,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.device === undefined ? {} : { device: options.device }),
  }
  const config = options.change ? options.change(flagged) : flagged
  const display = progressDisplay(systemClock)
  const profiles: TrainProfile[] = []
  const stop = interruption()
  try {
    const workspace = await openWorkspace(config, loaded.base, {
      engine: onnxRuntime({ device: config.device }),
      clock: systemClock,
      progress: options.json === true && process.stderr.isTTY !== true ? warningsOnly(display.show) : display.show,
      signal: stop.signal,
      commit: commitOf(loaded.base),
      force: options.force ?? false,
      fresh: options.fresh ?? false,
      ...(options.profile ? { onProfile: (profile: TrainProfile) => void profiles.push(profile) } : {}),
    })
    return await work({
      workspace,
      config,
      configPath: loaded.path,
      output: output({ json: options.json ?? false }),
      display,
      signal: stop.signal,
      profiles,
    })
  } finally {
    display.clear()
    stop.release()
  }
}

/** For programs that read the record: what a person must know still reaches the log of their job. */
function warningsOnly(show: Progress): Progress {
  return event => {
    if (event.kind === 'warning') show(event)
  }
}
