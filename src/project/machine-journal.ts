import { checkStamp, isJsonObject, Problem, stamp } from '../core/index.ts'
import { type Journal, type MachineEvent, parseMachineEvent, type SweeperHeartbeat } from '../machines/index.ts'
import { appendNumbered, readJson, type Store, writeJson } from '../store/index.ts'

const folder = 'machines/journal'

/** The journal of machines in a store: `machines/journal/RUN/000001.json`, one object an event, never changed. */
export function machineJournal(store: Store): Journal {
  // An event never changes: who has read it need not ask for it again.
  const known = new Map<string, MachineEvent>()
  const read = async (key: string): Promise<MachineEvent> => {
    const event = known.get(key) ?? parseMachineEvent(await readJson(store, key))
    known.set(key, event)
    return event
  }
  return {
    read: async run => {
      const keys: string[] = []
      for await (const { key } of store.list(run === undefined ? `${folder}/` : `${folder}/${run}/`)) {
        if (/\/[0-9]{6,}\.json$/.test(key)) keys.push(key)
      }
      return Promise.all(keys.map(read))
    },
    append: (run, decide) =>
      appendNumbered(store, `${folder}/${run}`, history =>
        decide(history.map(({ value }) => parseMachineEvent(value))),
      ),
  }
}

/** When the sweeper of a place was last here: `machines/sweeper/PLACE.json`. The newest is all that counts. */
export function sweeperHeartbeat(store: Store, place: string): SweeperHeartbeat {
  const key = `machines/sweeper/${place}.json`
  return {
    read: async () => {
      const value = await readJson(store, key)
      return value === undefined ? undefined : timeOf(value)
    },
    write: async time => {
      await writeJson(store, key, { format: stamp('sweeper-heartbeat', 1), time })
    },
  }
}

function timeOf(value: unknown): number {
  const record = isJsonObject(value) ? value : {}
  checkStamp(record['format'], 'sweeper-heartbeat', 1)
  const { time } = record
  if (typeof time === 'number') return time
  throw new Problem('Cannot read when the sweeper was last here: the time is missing')
}
