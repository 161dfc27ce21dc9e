import { nearest, Problem, parseRunRecord, type RunRecord } from '../../core/index.ts'
import { readJson, type Store, writeJson } from '../../store/index.ts'

/** Every run of every stage, failures too. */
export interface RunRecords {
  /** @throws Conflict when there is a record with this id already: records never change. */
  keep(record: RunRecord): Promise<void>
  /** Sorted by id, that is by time. */
  list(): AsyncIterable<RunRecord>
  /** The newest first, read as they are asked for. @param unreadable is told of a record that is damaged or of a newer Chestnut */
  newest(unreadable: (problem: Problem) => void): AsyncIterable<RunRecord>
  /** By its whole id; undefined where there is none. */
  get(id: string): Promise<RunRecord | undefined>
  /**
   * @param id a whole id, or the beginning of one
   * @throws Problem when there is none, with the nearest one, or when several begin so
   */
  find(id: string): Promise<RunRecord>
}

/** Run records in a store: `runs/ID.json`. */
export function runRecords(store: Store): RunRecords {
  return {
    keep: async record => {
      await writeJson(store, keyOf(record.id), record, { onlyIf: 'absent' })
    },
    list: async function* () {
      for (const id of await idsIn(store)) yield await read(store, id)
    },
    newest: unreadable => newest(store, unreadable),
    get: async id => {
      const found = await readJson(store, keyOf(id))
      return found === undefined ? undefined : parseRunRecord(found)
    },
    find: async id => read(store, chooseId(id, await idsIn(store))),
  }
}

/** Records that are read together: in a bucket each takes a while. */
const atOnce = 16

async function* newest(store: Store, unreadable: (problem: Problem) => void): AsyncGenerator<RunRecord, void, void> {
  const ids = [...(await idsIn(store))].reverse()
  for (let start = 0; start < ids.length; start += atOnce) {
    const batch = ids.slice(start, start + atOnce).map(id => readOr(store, id, unreadable))
    for (const record of await Promise.all(batch)) if (record !== undefined) yield record
  }
}

async function readOr(
  store: Store,
  id: string,
  unreadable: (problem: Problem) => void,
): Promise<RunRecord | undefined> {
  try {
    return await read(store, id)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    unreadable(error)
    return undefined
  }
}

async function idsIn(store: Store): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const { key } of store.list('runs/')) {
    const id = /^runs\/([^/]+)\.json$/.exec(key)?.[1]
    if (id !== undefined) ids.push(id)
  }
  return ids
}

async function read(store: Store, id: string): Promise<RunRecord> {
  return parseRunRecord(await readJson(store, keyOf(id)))
}

function keyOf(id: string): string {
  return `runs/${id}.json`
}

/** @param ids sorted */
function chooseId(wanted: string, ids: readonly string[]): string {
  const same = wanted.toLowerCase()
  const begun = ids.filter(id => id.startsWith(same))
  const [only, ...others] = begun
  if (only !== undefined && (others.length === 0 || only === same)) return only
  const next = 'chestnut runs list'
  if (only !== undefined) {
    throw new Problem(
      `Cannot choose the run "${wanted}": ${begun.length} runs begin so, such as "${only}" and "${others[0]}"`,
      {
        next: 'name more of its letters: chestnut runs list --json has whole ids',
      },
    )
  }
  if (ids.length === 0)
    throw new Problem(`Cannot find the run "${wanted}": nothing has run yet`, { next: 'chestnut run' })
  const near = nearest(
    same,
    ids.map(id => id.slice(0, Math.max(1, same.length))),
  )
  const meant = ids.find(id => near !== undefined && id.startsWith(near))
  throw new Problem(
    `Cannot find the run "${wanted}": there is none of this id${meant === undefined ? '' : `, did you mean "${meant}"?`}`,
    { next },
  )
}
