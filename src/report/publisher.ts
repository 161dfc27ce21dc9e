/** What is to be shown to the people who decide about a change. */
export interface Posted {
  /** Tells one posting from all others: the same key replaces what was posted before. */
  readonly key: string
  readonly title: string
  /** The whole text, below 65,000 characters. */
  readonly markdown: string
  /** What the gates say; undefined: they cannot say. */
  readonly passed: boolean | undefined
  /** One sentence. */
  readonly summary: string
  /** The commit that it is about. */
  readonly commit?: string
}

export interface Published {
  /** A path or an address. */
  readonly where: string
  readonly was: 'made' | 'replaced' | 'same'
}

/** A place where verdicts are shown: a file, a comment, a check. */
export interface Publisher {
  readonly name: string
  publish(posted: Posted, call?: { readonly signal?: AbortSignal }): Promise<Published>
}
