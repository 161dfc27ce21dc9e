import { checkStamp, type RunRecord } from '../core/index.ts'
import { blobs, readJson, type Store, writeJson } from '../store/index.ts'

/** What a stage made from given inputs and settings, so that it need not run again. */
export interface StageCache {
  /** The record of an earlier run, if all that it made is still there. */
  find(key: string): Promise<RunRecord | undefined>
  keep(key: string, record: RunRecord): Promise<void>
}

export function stageCache(store: Store): StageCache {
  const kept = blobs(store)
  const place = (key: string): string => `cache/${key.slice(0, 2)}/${key.slice(2)}.json`
  return {
    find: async key => {
      const record = (await readJson(store, place(key))) as RunRecord | undefined
      if (!record) return undefined
      checkStamp(record.format, 'run', 1)
      for (const digest of Object.values(record.outputs)) if (!(await kept.has(digest))) return undefined
      return record
    },
    keep: async (key, record) => {
      await writeJson(store, place(key), record)
    },
  }
}
