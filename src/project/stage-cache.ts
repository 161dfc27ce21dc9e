import { parseRunRecord, type RunRecord } from '../core/index.ts'
import { blobs, readJson, type Store, writeJson } from '../store/index.ts'

/** What stages made from given inputs and settings, so that they need not run again. */
export interface StageCache {
  /**
   * The record of an earlier run, if everything that it made is still there. That the bytes are still the same is checked
   * when they are read.
   *
   * @param key digest of the stage, its settings and its inputs
   */
  find(key: string): Promise<RunRecord | undefined>
  /** @throws RangeError unless the run is done */
  keep(key: string, record: RunRecord): Promise<void>
}

/** A stage cache in a store: `cache/ab/cdef….json`, the outputs as blobs. */
export function stageCache(store: Store): StageCache {
  const kept = blobs(store)
  return {
    find: async key => {
      const found = await readJson(store, placeOf(key))
      if (found === undefined) return undefined
      const record = parseRunRecord(found)
      for (const digest of Object.values(record.outputs)) if (!(await kept.has(digest))) return undefined
      return record
    },
    keep: async (key, record) => {
      if (record.status !== 'done') throw new RangeError(`Cannot keep the run "${record.id}": it is ${record.status}`)
      await writeJson(store, placeOf(key), record)
    },
  }
}

function placeOf(key: string): string {
  return `cache/${key.slice(0, 2)}/${key.slice(2)}.json`
}
