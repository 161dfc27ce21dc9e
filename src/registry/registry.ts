import { checkStamp, Misuse, nearest, Problem, sha256 } from '../core/index.ts'
import { blobs, Conflict, readJson, type Store, writeJson } from '../store/index.ts'
import { type AliasChange, aliasHistory } from './alias-history.ts'
import { parseReference } from './reference.ts'

/** A model as it was published: never changed, never numbered again. */
export interface ModelVersion {
  readonly format: 'chestnut.model-version/1'
  readonly name: string
  /** 1, 2, 3 … */
  readonly version: number
  /** SHA-256 of the model file. */
  readonly digest: string
  /** ISO 8601, UTC. */
  readonly created: string
  /** Digest of the films, labels and splits that it was trained on. */
  readonly dataset: string
  /** The run that trained it. */
  readonly run?: string
  readonly metrics: Readonly<Record<string, number>>
}

export interface ModelDraft {
  readonly name: string
  /** The bytes of the model file. */
  readonly model: Uint8Array
  readonly dataset: string
  readonly run?: string
  readonly metrics: Readonly<Record<string, number>>
  readonly created: string
}

export interface Registry {
  /** Gives the model its number. The same bytes published again are the same version. */
  publish(draft: ModelDraft): Promise<ModelVersion>
  /** `pneumonia@3`, `pneumonia@production`, or `pneumonia`: the one in production, else the newest. */
  find(reference: string): Promise<ModelVersion>
  /** The model file, verified. */
  open(version: ModelVersion): Promise<Uint8Array>
  /** Sorted by name and number. */
  list(name?: string): AsyncIterable<ModelVersion>
  /** Points an alias at a version; what it pointed at before stays in its history. */
  promote(version: ModelVersion, alias: string, at: string): Promise<void>
  history(name: string, alias: string): Promise<readonly AliasChange[]>
}

export const production = 'production'

export function registry(store: Store): Registry {
  const files = blobs(store)
  const aliases = aliasHistory(store)

  const list = async function* (name?: string): AsyncGenerator<ModelVersion, void, void> {
    const versions: ModelVersion[] = []
    for await (const entry of store.list(name === undefined ? 'models/' : `models/${name}/versions/`)) {
      if (entry.key.split('/')[2] === 'versions') versions.push(await readVersion(store, entry.key))
    }
    yield* versions.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version - b.version))
  }
  const all = async (name?: string): Promise<readonly ModelVersion[]> => {
    const versions: ModelVersion[] = []
    for await (const version of list(name)) versions.push(version)
    return versions
  }
  const numbered = async (name: string, number: number): Promise<ModelVersion> => {
    const versions = await all(name)
    const found = versions.find(version => version.version === number)
    if (found) return found
    throw new Problem(`Cannot find the model "${name}@${number}": ${known(versions)}`, { next: 'chestnut publish' })
  }
  return {
    list,
    publish: async draft => {
      parseReference(draft.name)
      const digest = await files.put(draft.model)
      for (;;) {
        const versions = await all(draft.name)
        const same = versions.find(version => version.digest === digest)
        if (same) return same
        const { model: _, ...facts } = draft
        const number = (versions.at(-1)?.version ?? 0) + 1
        const version: ModelVersion = { format: 'chestnut.model-version/1', ...facts, version: number, digest }
        try {
          await writeJson(store, versionKey(draft.name, number), version, { onlyIf: 'absent' })
          return version
        } catch (error) {
          if (!(error instanceof Conflict)) throw error // another publisher took the number: take the next
        }
      }
    },
    find: async reference => {
      const { name, wanted } = parseReference(reference)
      if (typeof wanted === 'number') return numbered(name, wanted)
      const current = (await aliases.read(name, wanted ?? production)).at(-1)
      if (current) return numbered(name, current.version)
      const newest = (await all(name)).at(-1)
      if (newest && wanted === undefined) return newest
      throw await notFound(reference, name, wanted, newest, all)
    },
    open: async version => {
      const bytes = await files.get(version.digest)
      if (sha256(bytes) === version.digest) return bytes
      throw new Problem(`Cannot open the model "${version.name}@${version.version}": its bytes are damaged`)
    },
    promote: async (version, alias, at) => aliases.append(version.name, alias, { version: version.version, at }),
    history: (name, alias) => aliases.read(name, alias),
  }
}

function versionKey(name: string, number: number): string {
  return `models/${name}/versions/${String(number).padStart(6, '0')}.json`
}

async function readVersion(store: Store, key: string): Promise<ModelVersion> {
  const version = (await readJson(store, key)) as ModelVersion
  checkStamp(version.format, 'model-version', 1)
  return version
}

function known(versions: readonly ModelVersion[]): string {
  const last = versions.at(-1)
  return last ? `the newest version is ${last.version}` : 'no version of it was published'
}

async function notFound(
  reference: string,
  name: string,
  wanted: string | undefined,
  newest: ModelVersion | undefined,
  all: () => Promise<readonly ModelVersion[]>,
): Promise<Problem> {
  if (newest) {
    return new Misuse(`Cannot find the model "${reference}": "${name}" has no alias "${wanted ?? production}"`, {
      next: `chestnut predict --model ${name}@${newest.version}`,
    })
  }
  const names = [...new Set((await all()).map(version => version.name))]
  const near = nearest(name, names)
  const hint =
    names.length === 0
      ? 'nothing was published yet'
      : near
        ? `did you mean "${near}"?`
        : `there are ${names.join(', ')}`
  return new Problem(`Cannot find the model "${reference}": ${hint}`, { next: 'chestnut run' })
}
