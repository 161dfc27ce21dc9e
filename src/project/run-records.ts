import { checkStamp, type RunRecord } from '../core/index.ts'
import { readJson, type Store, writeJson } from '../store/index.ts'

/** Every run of every stage, failures too, in the order of their starts. */
export interface RunRecords {
  keep(record: RunRecord): Promise<void>
  list(): AsyncIterable<RunRecord>
}

export function runRecords(store: Store): RunRecords {
  return {
    keep: async record => {
      await writeJson(store, `runs/${record.id}.json`, record, { onlyIf: 'absent' })
    },
    list: async function* () {
      for await (const entry of store.list('runs/')) {
        const record = (await readJson(store, entry.key)) as RunRecord
        checkStamp(record.format, 'run', 1)
        yield record
      }
    },
  }
}
