import type { Clock, Progress } from '../core/index.ts'
import type { Store } from './store.ts'

/** Where in an object store a project keeps its things. */
export interface S3Place {
  readonly bucket: string
  /** What every key begins with, without a slash at its end. Default: nothing. */
  readonly prefix?: string | undefined
  /** Default: that of the access that was found, else Amazon's. */
  readonly endpoint?: string | undefined
  /** Default: that of the access that was found, or that of the endpoint's name. */
  readonly region?: string | undefined
  /**
   * Whose keys are taken: a profile of the AWS or the Scaleway configuration, or `s3cmd` for `~/.s3cfg`. Default: the environment,
   * then the first of these files that is there, then what AWS's own chain finds.
   */
  readonly profile?: string | undefined
  /** Whether the bucket stands in the path and not in the host's name. Default: with every endpoint that is not Amazon's. */
  readonly pathStyle?: boolean | undefined
}

export interface S3Options {
  readonly clock?: Clock | undefined
  /** Decides the pauses between attempts and the names of probes. Default: another one every time. */
  readonly seed?: number | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Where the configurations of other tools are. Default: the home folder. */
  readonly home?: string | undefined
  /** How often a request is tried in all. Default 8. */
  readonly attempts?: number | undefined
  /** Milliseconds without a byte after which a connection is given up. Default 30,000. */
  readonly idle?: number | undefined
  /** Whether conditions of writes are left to the server: `probed` (default) asks it first, `claims` never does. */
  readonly conditions?: 'probed' | 'claims' | undefined
}

export interface TransferOptions {
  /** Bytes of the object, where a list has told them: saves a request. */
  readonly size?: number | undefined
  readonly progress?: Progress | undefined
  readonly signal?: AbortSignal | undefined
}

export interface LinkOptions {
  readonly method: 'get' | 'put'
  /** Seconds, at most seven days. */
  readonly expires: number
}

/** A bucket, or a folder of it. */
export interface S3Store extends Store {
  /** Where the keys came from, in words and without any of them. */
  readonly access: string
  /** An address that lets whoever has it read or write this one key for a while. It is a secret. @throws NotFound when there is nothing to read */
  link(key: string, options: LinkOptions): Promise<string>
  /**
   * Uploads a file. Whoever is killed in the middle finds the parts again that are there already: they are compared with
   * the file, and only what is missing is sent. Nothing is under the key before all is there.
   */
  putFile(path: string, key: string, options?: TransferOptions): Promise<void>
  /** Downloads into a file, with many connections where it is large; an interrupted download goes on from `PATH.part`. */
  getFile(key: string, path: string, options?: TransferOptions): Promise<void>
  /**
   * Gives up uploads to keys with the prefix that were begun more than seven days ago: their parts cost money. Uploads of other
   * tools cannot be told from ours.
   *
   * @returns how many
   */
  abortStale(prefix: string): Promise<number>
}

/**
 * Opens a bucket of S3, or of a store that speaks like it. The code that speaks to it loads with the first call.
 *
 * Conditions of writes (`onlyIf`) are asked for where the server honours them, which is tried once. Where it does not, writers
 * claim a key beside it and look who else does; that holds as long as none of them stands still for a minute.
 *
 * @throws Misuse when the place is none, or a profile is unknown
 */
export async function s3Store(place: S3Place, options: S3Options = {}): Promise<S3Store> {
  // The SDK tells the owner of the machine, on each start, that it wants a newer Node; we say which versions we run on.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const { openS3 } = await import('./s3/open.ts')
  return openS3(place, options)
}
