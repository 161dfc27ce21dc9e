/** What workflows depend on, of a project and its repository. */
export interface CiFacts {
  /** The project's: machines are marked with it. */
  readonly project: string
  /** Of Chestnut itself. */
  readonly version: string
  /** Where the project lies, from the repository's root: "" or "models/lungs". */
  readonly folder: string
  /** Where results are laid out, from the project's folder. */
  readonly output: string
  /** What is merged into. */
  readonly branch: string
  /** Whether a `package-lock.json` pins what is installed. */
  readonly hasLock: boolean
  /** By their names in the configuration. */
  readonly machines: readonly CiMachine[]
  /** On which of them a stage runs; a stage that is left out runs on the runner. */
  readonly on: { readonly prepare?: string; readonly train?: string }
  /** Where the server is; undefined: nothing is deployed. */
  readonly deployOn: string | undefined
  /** Hours that a machine of a stage may be there. */
  readonly hours: number
  readonly store: CiStore
  /** Whether the films are drawn: what is made of them may lie anywhere. */
  readonly isDrawn: boolean
  /** What the configuration reads from the environment, beside what Chestnut itself reads. */
  readonly reads: readonly string[]
  /** The image in which jobs run, by digest, such as "ghcr.io/you/lungs@sha256:…"; undefined: they install Chestnut. */
  readonly image?: string | undefined
  /** What a runner fetches from the store before it begins. */
  readonly films?: { readonly key: string; readonly folder: string } | undefined
  /** What a person said beside the configuration, as words of a command: it stands in the files, for the next time. */
  readonly flags: readonly string[]
}

export interface CiMachine {
  readonly name: string
  readonly kind: 'local' | 'ssh' | 'scaleway' | 'existing'
  /** Of "ssh": the private key, from the project's folder or from "~". */
  readonly identity?: string
}

/** A folder is forgotten with its runner. */
export type CiStore =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly keys: 'aws' | 'scaleway' }

/** Whether a stage runs on machines that cost money or are others' too: there is something to give back. */
export function rents({ machines, on }: CiFacts): boolean {
  const used = [on.prepare, on.train]
  return machines.some(({ name, kind }) => kind !== 'local' && used.includes(name))
}

/** Whether something can become overdue at all. */
export function isSwept({ machines }: CiFacts): boolean {
  return machines.some(({ kind }) => kind !== 'local')
}

/**
 * The folder of a store that is kept in the forge's cache. Whoever may open a pull request, from a fork too, can read what the main branch
 * put there: so of drawn films alone. The keys of machines lie beside it.
 */
export function cachedStore({ store, isDrawn }: CiFacts): string | undefined {
  return store.kind === 'folder' && isDrawn ? `${store.path}/store` : undefined
}

/** Whether what one run made is there for the next: in a bucket, or in the forge's cache. */
export function keepsResults({ store, isDrawn }: CiFacts): boolean {
  return store.kind === 's3' || isDrawn
}
