/** A program that is to run until it is stopped. */
export interface Service {
  /** Small letters and hyphens. */
  readonly name: string
  /** What runs: an absolute path, then its words. */
  readonly command: readonly string[]
  /** Where it runs. */
  readonly folder: string
  /** The folders that it may write to. */
  readonly writes: readonly string[]
  /** Lines `NAME="value"` that become its environment, in a file that its owner alone may read. */
  readonly secrets?: string
  /** Whether it listens below port 1024. */
  readonly lowPorts?: boolean
}

/** What keeps services running on a machine. */
export interface Supervisor {
  readonly name: 'systemd' | 'processes'
  /** Whom the services run as. */
  readonly user: string
  /** Makes ready what services need; may be called again. @param owned folders that services write to */
  prepare(owned: readonly string[]): Promise<void>
  /** Starts a service; one of that name that runs is stopped first. It goes on when the connection to the machine ends. */
  start(service: Service): Promise<void>
  /** Asks a service to end and resolves once it is gone; after 30 seconds it is killed. One that is not there is no error. */
  stop(name: string): Promise<void>
  isRunning(name: string): Promise<boolean>
  /** The command that shows what a service said. */
  log(name: string): string
}
