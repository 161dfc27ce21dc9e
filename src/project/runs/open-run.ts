import { Problem } from '../../core/index.ts'
import type { Registry } from '../../registry/index.ts'
import type { Store } from '../../store/index.ts'
import type { RunWithSettings } from './diff-runs.ts'
import { readSettings } from './flat-settings.ts'
import type { RunRecords } from './run-records.ts'

/** Where runs and the models that they made are kept. */
export interface RunPlaces {
  readonly store: Store
  readonly records: RunRecords
  readonly registry: Registry
}

/** A run by its id, the beginning of one, or the model that it made (`pneumonia@3`). */
export async function openRun({ store, records, registry }: RunPlaces, reference: string): Promise<RunWithSettings> {
  const record = await records.find(reference.includes('@') ? await runOfModel(registry, reference) : reference)
  return { record, settings: await readSettings(store, record.config) }
}

async function runOfModel(registry: Registry, reference: string): Promise<string> {
  const { run } = await registry.find(reference)
  if (run !== undefined) return run
  throw new Problem(`Cannot find the run of "${reference}": the registry does not say which one made it`, {
    next: 'chestnut runs list --stage train',
  })
}
