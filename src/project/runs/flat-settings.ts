import { isJsonObject } from '../../core/index.ts'
import { blobs, type Store } from '../../store/index.ts'

/** What decided a run's result beside its inputs, as `train.epochs` → `30`. */
export type FlatSettings = Readonly<Record<string, string>>

/** The settings of a run by the digest in its record; undefined where an earlier Chestnut kept none. */
export async function readSettings(store: Store, config: string): Promise<FlatSettings | undefined> {
  const kept = blobs(store)
  if (!/^[0-9a-f]{64}$/.test(config) || !(await kept.has(config))) return undefined
  const value: unknown = JSON.parse(new TextDecoder().decode(await kept.get(config)))
  return isJsonObject(value) ? flatSettings(value) : undefined
}

/** The settings of a stage with its seed and version. */
export function flatSettings({ version, settings, seed }: Readonly<Record<string, unknown>>): FlatSettings {
  return flat({ ...(isJsonObject(settings) ? settings : {}), seed, 'stage version': version })
}

/** Plain data by dotted names; texts as they are, everything else as JSON. */
function flat(value: unknown, name = ''): FlatSettings {
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    return name === '' || value === undefined
      ? {}
      : { [name]: typeof value === 'string' ? value : JSON.stringify(value) }
  }
  const members = Object.entries(value).map(([key, member]) => flat(member, name === '' ? key : `${name}.${key}`))
  return Object.assign({}, ...members)
}
