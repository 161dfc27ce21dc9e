import { checkStamp, isJsonObject, Problem } from '../core/index.ts'
import { appendNumbered, readNumbered, type Store } from '../store/index.ts'

/** Which version an alias named from when on. */
export interface AliasChange {
  readonly version: number
  /** ISO 8601, UTC. */
  readonly at: string
}

/** All changes of an alias, oldest first: the last one holds. Empty when the alias was never given. */
export async function aliasHistory(store: Store, name: string, alias: string): Promise<readonly AliasChange[]> {
  const history = await readNumbered(store, folderOf(name, alias))
  return history.map(({ number, value }) => parseChange(value, `${name}@${alias}`, number))
}

/** Adds a change; nothing is added when the alias names this version already. */
export async function changeAlias(store: Store, name: string, alias: string, change: AliasChange): Promise<void> {
  const { version, at } = change
  await appendNumbered(store, folderOf(name, alias), history => {
    const last = history.at(-1)
    const now = last && parseChange(last.value, `${name}@${alias}`, last.number).version
    return now === version ? undefined : { format: 'chestnut.alias/1', version, at }
  })
}

/** The aliases that a model has, sorted. */
export async function aliasNames(store: Store, name: string): Promise<readonly string[]> {
  const start = `models/${name}/aliases/`
  const names = new Set<string>()
  for await (const { key } of store.list(start)) names.add(key.slice(start.length).split('/')[0]!)
  return [...names]
}

function folderOf(name: string, alias: string): string {
  return `models/${name}/aliases/${alias}`
}

function parseChange(value: unknown, reference: string, number: number): AliasChange {
  const broken = (): Problem =>
    new Problem(`Cannot read the alias "${reference}": entry ${number} of its history is damaged`)
  if (!isJsonObject(value)) throw broken()
  checkStamp(value['format'], 'alias', 1)
  const { version, at } = value
  if (typeof version !== 'number' || typeof at !== 'string') throw broken()
  return { version, at }
}
