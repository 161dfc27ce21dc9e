/** A run as a tracking server keeps it. Names, paths and ids of patients and of files are never in it. */
export interface TrackedRun {
  /** The same run sent again is found by it. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly status: 'finished' | 'failed' | 'killed'
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ended: number
  readonly params: Readonly<Record<string, string>>
  readonly metrics: readonly TrackedMetric[]
  readonly tags: Readonly<Record<string, string>>
  /** Digest of the films, labels and parts. */
  readonly dataset?: string | undefined
  readonly artifacts: readonly TrackedArtifact[]
  readonly model?: TrackedModel | undefined
}

export interface TrackedMetric {
  readonly name: string
  readonly value: number
  /** The epoch; 0 for what is said of the whole run. */
  readonly step: number
  /** Milliseconds since 1970: of two values the later one holds. Default: when the run ended. */
  readonly at?: number
}

export interface TrackedArtifact {
  /** With slashes. */
  readonly path: string
  /** Bytes of what never changes: where the server has it in this size, it is not sent again. Absent: it is. */
  readonly size?: number
  read(): Promise<Uint8Array>
}

/** A model that is to be registered. Its file and what describes it are artifacts in `folder`. */
export interface TrackedModel {
  readonly name: string
  readonly folder: string
  readonly tags: Readonly<Record<string, string>>
  /** What the version is called from now on, such as `production`. */
  readonly alias?: string | undefined
}

export interface SentRun {
  /** Address of the run for people. */
  readonly where: string
  /** What could not be sent, and why. */
  readonly notes: readonly string[]
}

/** A server that shows runs. */
export interface Tracker {
  /** For people: which server it is. */
  readonly name: string
  /**
   * Sends a run, or what is new of one that was sent before.
   *
   * @throws Problem when the server is not there or refuses; Interrupted
   */
  send(experiment: string, run: TrackedRun, options?: { readonly signal?: AbortSignal }): Promise<SentRun>
}
