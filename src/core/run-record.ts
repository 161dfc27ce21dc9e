/** What ran: on which inputs, with which seed and settings, where, what came out. One form for cache, ledger and tracking. */
export interface RunRecord {
  readonly format: 'chestnut.run/1'
  /** Sorts by start. */
  readonly id: string
  readonly stage: string
  readonly status: 'done' | 'failed' | 'interrupted'
  /** ISO 8601, UTC. */
  readonly started: string
  readonly ended: string
  readonly seed: number
  /** Digest of the settings that decide the result. */
  readonly config: string
  readonly commit?: string
  readonly machine: {
    readonly os: string
    readonly arch: string
    readonly cpu: string
    readonly cores: number
    readonly node: string
    readonly chestnut: string
  }
  readonly cost?: { readonly amount: number; readonly currency: string }
  /** Digests by name. */
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  /** The kind of error; never its sentence, which may hold a path. */
  readonly error?: string
}
