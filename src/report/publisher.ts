import { Misuse } from '../core/index.ts'

/** What is to be shown to people, and whether it is good news. */
export interface Posted {
  /** What tells it from others in the same place: "verdict". What was published under it before is replaced. */
  readonly key: string
  /** One line. */
  readonly title: string
  /** The whole of it. A place that takes less cuts it, and says so. */
  readonly markdown: string
  /** What the gate says; undefined: there is none. */
  readonly passed: boolean | undefined
  /** A sentence or two, for places that show no more. */
  readonly summary: string
  /** The commit that it is about: 40 hexadecimal digits. Default: the one that the place knows. */
  readonly commit?: string
}

/** What became of it. */
export interface Published {
  /** Where it can be seen: an address or a path. */
  readonly where: string
  readonly was: 'made' | 'replaced' | 'same'
}

/**
 * A place where reports are shown: one for each key, however often and from however many jobs at once it is published. What others have
 * put there stays. `publisherContract` holds all of this as tests.
 */
export interface Publisher {
  readonly name: string
  /**
   * Puts it there, or replaces what is there under its key.
   *
   * @throws Misuse when the key is none; Problem with the reason when the place refuses or cannot be reached: no secret is in it.
   * `Interrupted`, or the signal's own reason, once the signal is aborted
   */
  publish(posted: Posted, call?: { readonly signal?: AbortSignal }): Promise<Published>
}

/** @throws Misuse when it is no key: it stands in hidden marks and names of files. */
export function checkPosted({ key, title, commit }: Posted): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(key) || key.includes('--'))
    throw new Misuse(`Cannot publish under "${key}": wanted small letters, digits and single hyphens`)
  if (title.trim() === '') throw new Misuse(`Cannot publish "${key}": its title is empty, wanted one line`)
  if (commit !== undefined && !/^[0-9a-f]{40}$/.test(commit))
    throw new Misuse(`Cannot publish "${key}" for the commit "${commit}": wanted 40 hexadecimal digits`)
}
