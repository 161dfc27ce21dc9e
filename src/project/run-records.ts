import { parseRunRecord, type RunRecord } from '../core/index.ts'
import { readJson, type Store, writeJson } from '../store/index.ts'

/** Every run of every stage, failures too. */
export interface RunRecords {
  /** @throws Conflict when there is a record with this id already: records never change. */
  keep(record: RunRecord): Promise<void>
  /** Sorted by id, that is by time. */
  list(): AsyncIterable<RunRecord>
}

/** Run records in a store: `runs/ID.json`. */
export function runRecords(store: Store): RunRecords {
  return {
    keep: async record => {
      await writeJson(store, `runs/${record.id}.json`, record, { onlyIf: 'absent' })
    },
    list: async function* () {
      for await (const { key } of store.list('runs/')) yield parseRunRecord(await readJson(store, key))
    },
  }
}
