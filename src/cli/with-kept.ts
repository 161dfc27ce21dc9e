import { type Config, loadConfig, openStore, type RunPlaces, runRecords } from '../project/index.ts'
import { registry } from '../registry/index.ts'
import { interruption } from './interruption.ts'
import { type Output, output } from './output.ts'
import type { CommonOptions } from './session.ts'

/** What a project keeps, without the tools that work on it. */
export interface Kept {
  readonly places: RunPlaces
  readonly config: Config
  readonly out: Output
  readonly signal: AbortSignal
}

/** Opens runs and models of the project for one command. */
export async function withKept(options: CommonOptions, work: (kept: Kept) => Promise<void>): Promise<void> {
  const { config, base } = await loadConfig(process.cwd(), options.config)
  const { signal, release } = interruption()
  try {
    await using store = await openStore(config, base)
    const places = { store, records: runRecords(store), registry: registry(store) }
    await work({ places, config, out: output({ json: options.json ?? false }), signal })
  } finally {
    release()
  }
}
