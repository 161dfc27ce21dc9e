import type { Address } from './provider.ts'

export interface ShellOptions {
  readonly signal?: AbortSignal
  /** Milliseconds until it is given up. Default 60,000. */
  readonly timeout?: number
}

export interface RunOptions extends ShellOptions {
  /** What the command reads. Secrets go this way: words stand in the process list of the machine. */
  readonly input?: string
}

/** How a command on a machine ended. */
export interface Answer {
  /** 0 for success; 128 and the number of the signal that ended it. */
  readonly status: number
  /** What it printed, without line ends. */
  readonly lines: readonly string[]
  /** What it printed as errors. */
  readonly errors: readonly string[]
}

export interface Forward {
  /** The port of 127.0.0.1 on this side. */
  readonly port: number
  close(): Promise<void>
}

/**
 * Commands and files on a machine. Whatever is under way when the connection is lost, and whatever comes after, ends with `LinkLost`;
 * what runs out of time ends with a `Problem`. Words are words: no shell reads anything into them.
 */
export interface Shell extends AsyncDisposable {
  readonly address: Address
  /** Runs a command to its end. An exit status other than 0 is an answer, no error. One that is given up finds its output closed. */
  run(words: readonly string[], options?: RunOptions): Promise<Answer>
  /** The whole lines that a command prints, as they come; its exit status at the end. It finds its output closed when the reader leaves early. */
  follow(words: readonly string[], options?: { readonly signal?: AbortSignal }): AsyncGenerator<string, number>
  /** A file there, whole or not at all. `timeout` is the longest pause without a byte. */
  upload(local: string, remote: string, options?: ShellOptions): Promise<void>
  /** A file here, whole or not at all. `timeout` is the longest pause without a byte. */
  download(remote: string, local: string, options?: ShellOptions): Promise<void>
  /** A port of the machine's own 127.0.0.1, on this side. */
  forward(port: number): Promise<Forward>
  close(): Promise<void>
}
