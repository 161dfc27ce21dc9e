import { checkStamp, Misuse } from '../core/index.ts'
import { Conflict, readJson, type Store, writeJson } from '../store/index.ts'

/** Since when an alias points at a version. */
export interface AliasChange {
  readonly version: number
  /** ISO 8601, UTC. */
  readonly at: string
}

export interface AliasHistory {
  /** From the first change to the last, which is in force. */
  read(name: string, alias: string): Promise<readonly AliasChange[]>
  append(name: string, alias: string, change: AliasChange): Promise<void>
}

/**
 * Aliases as numbered objects that are only ever added: no store need overwrite or compare to keep them right, and what was in
 * production when stays known.
 */
export function aliasHistory(store: Store): AliasHistory {
  const folder = (name: string, alias: string): string => {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(alias)) {
      throw new Misuse(`Cannot use the alias "${alias}": wanted small letters, digits and hyphens, a letter first`)
    }
    return `models/${name}/aliases/${alias}/`
  }
  const read = async (name: string, alias: string): Promise<readonly AliasChange[]> => {
    const changes: AliasChange[] = []
    for await (const entry of store.list(folder(name, alias))) {
      const { format, version, at } = (await readJson(store, entry.key)) as AliasChange & { readonly format: string }
      checkStamp(format, 'alias', 1)
      changes.push({ version, at })
    }
    return changes
  }
  return {
    read,
    append: async (name, alias, change) => {
      for (;;) {
        const number = (await read(name, alias)).length + 1
        const key = `${folder(name, alias)}${String(number).padStart(6, '0')}.json`
        try {
          await writeJson(store, key, { format: 'chestnut.alias/1', ...change }, { onlyIf: 'absent' })
          return
        } catch (error) {
          if (!(error instanceof Conflict)) throw error // another change came first: this one follows it
        }
      }
    },
  }
}
