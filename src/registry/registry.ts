import { nearest, Problem, sha256 } from '../core/index.ts'
import { appendNumbered, blobs, listNumbers, type Numbered, readNumber, type Store } from '../store/index.ts'
import { type AliasChange, aliasHistory, aliasNames, changeAlias } from './alias-history.ts'
import { type ModelVersion, parseModelVersion, type VersionOrigin } from './model-version.ts'
import { checkAlias, checkName, parseReference, type Reference } from './reference.ts'

/** A model that is to be published. */
export interface ModelDraft {
  readonly name: string
  /** The model file. */
  readonly model: Uint8Array
  /** Digest of the data set that it was trained on. */
  readonly dataset: string
  /** Id of the run that made it. */
  readonly run?: string
  readonly metrics: Readonly<Record<string, number>>
  /** ISO 8601, UTC. */
  readonly created: string
  /** Of a version that comes from another store. */
  readonly from?: VersionOrigin | undefined
}

/** Published models: versions that never change, and aliases whose history only grows. */
export interface Registry {
  /** Publishes under the next number. The same bytes under the same name again: the version that they have. */
  publish(draft: ModelDraft): Promise<ModelVersion>
  /**
   * @param reference `pneumonia` (the one in production, else the newest), `pneumonia@3` or `pneumonia@production`
   * @throws Misuse when it is no reference, Problem with the nearest match when there is no such model.
   */
  find(reference: string): Promise<ModelVersion>
  /** @throws Problem when the bytes are missing or are not the published ones. */
  open(version: ModelVersion): Promise<Uint8Array>
  /** All versions, by name and number; of one model if a name is given. */
  list(name?: string): AsyncIterable<ModelVersion>
  /** Makes an alias name this version from now on. @param at ISO 8601, UTC */
  promote(version: ModelVersion, alias: string, at: string): Promise<void>
  /** The aliases that a model has, sorted. */
  aliases(name: string): Promise<readonly string[]>
  /** What an alias named, oldest first: the last one holds. */
  history(name: string, alias: string): Promise<readonly AliasChange[]>
}

/** A registry in a store: `models/NAME/versions/000001.json`, `models/NAME/aliases/ALIAS/000001.json`, and the files as blobs. */
export function registry(store: Store): Registry {
  return {
    publish: draft => publish(store, draft),
    find: async reference => find(store, parseReference(reference)),
    open: version => open(store, version),
    list: name => list(store, name),
    promote: async (version, alias, at) => {
      checkAlias(alias)
      const known = await find(store, { kind: 'version', name: version.name, version: version.version })
      if (known.digest !== version.digest) {
        throw new Problem(`Cannot promote "${nameOf(version)}": the registry has another model under this number`)
      }
      await changeAlias(store, version.name, alias, { version: version.version, at })
    },
    aliases: async name => {
      checkName(name)
      return aliasNames(store, name)
    },
    history: async (name, alias) => {
      checkName(name)
      checkAlias(alias)
      return aliasHistory(store, name, alias)
    },
  }
}

async function publish(store: Store, draft: ModelDraft): Promise<ModelVersion> {
  checkName(draft.name)
  const digest = sha256(draft.model)
  // The file first: a version whose file is missing must never be seen.
  await blobs(store).put(draft.model)
  let published: ModelVersion | undefined
  const added = await appendNumbered(store, folderOf(draft.name), (history, version) => {
    published = history.map(entry => parsed(draft.name, entry)).find(earlier => earlier.digest === digest)
    return published === undefined ? versionOf(draft, version, digest) : undefined
  })
  const result = added ?? published
  if (result === undefined) throw new Error('A model was neither published now nor before')
  return result
}

function versionOf(draft: ModelDraft, version: number, digest: string): ModelVersion {
  const { name, created, dataset, run, metrics, from } = draft
  const origin = run === undefined ? {} : { run }
  const known = { name, version, digest, created, dataset, ...origin, metrics }
  return { format: 'chestnut.model-version/1', ...known, ...(from && { from }) }
}

async function find(store: Store, reference: Reference): Promise<ModelVersion> {
  const { name } = reference
  const numbers = await listNumbers(store, folderOf(name))
  const newest = numbers.at(-1)
  if (newest === undefined) throw await unknownModel(store, name)
  if (reference.kind === 'version') {
    if (!numbers.includes(reference.version)) throw unknownVersion(name, reference.version, numbers)
    return read(store, name, reference.version)
  }
  const alias = reference.kind === 'alias' ? reference.alias : 'production'
  const named = (await aliasHistory(store, name, alias)).at(-1)
  if (named === undefined && reference.kind === 'alias') throw await unknownAlias(store, name, alias)
  return read(store, name, named?.version ?? newest)
}

async function open(store: Store, version: ModelVersion): Promise<Uint8Array> {
  try {
    return await blobs(store).get(version.digest)
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    throw new Problem(`Cannot open the model "${nameOf(version)}": its file is missing or has changed`, {
      cause,
      next: 'Publish it again from the run that made it: the same bytes get the same version',
    })
  }
}

async function* list(store: Store, name?: string): AsyncGenerator<ModelVersion> {
  if (name !== undefined) checkName(name)
  for (const one of name === undefined ? await modelNames(store) : [name]) {
    for (const number of await listNumbers(store, folderOf(one))) yield await read(store, one, number)
  }
}

async function modelNames(store: Store): Promise<readonly string[]> {
  const names = new Set<string>()
  for await (const { key } of store.list('models/')) names.add(key.split('/')[1]!)
  return [...names]
}

async function read(store: Store, name: string, number: number): Promise<ModelVersion> {
  return parsed(name, { number, value: await readNumber(store, folderOf(name), number) })
}

function parsed(name: string, { number, value }: Numbered): ModelVersion {
  return parseModelVersion(value, `${name}@${number}`)
}

function folderOf(name: string): string {
  return `models/${name}/versions`
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name}@${version}`
}

async function unknownModel(store: Store, name: string): Promise<Problem> {
  const names = await modelNames(store)
  if (names.length === 0) {
    return new Problem(`Cannot find the model "${name}": nothing has been published yet`, { next: 'chestnut run' })
  }
  return new Problem(`Cannot find the model "${name}": there is none of this name${meant(name, names)}`, {
    next: `Choose one of: ${names.join(', ')}`,
  })
}

function unknownVersion(name: string, version: number, numbers: readonly number[]): Problem {
  return new Problem(`Cannot find the model "${name}@${version}": its versions are ${numbers.join(', ')}`)
}

async function unknownAlias(store: Store, name: string, alias: string): Promise<Problem> {
  const names = await aliasNames(store, name)
  const choice = names.length === 0 ? 'no alias was ever given' : `its aliases are ${names.join(', ')}`
  return new Problem(`Cannot find the model "${name}@${alias}": ${choice}${meant(alias, names)}`)
}

function meant(word: string, words: readonly string[]): string {
  const near = nearest(word, words)
  return near === undefined ? '' : `, did you mean "${near}"?`
}
