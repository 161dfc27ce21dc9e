import { Interrupted } from '../../core/index.ts'

/** The job goes on without us. */
export class Detached extends Interrupted {
  override readonly name: string = 'Detached'
  override readonly exitCode: number = 0
  readonly run: string
  /** Milliseconds since 1970 on the provider's clock: when its machine is destroyed, whether anybody came or not. */
  readonly until: number

  constructor(run: string, until: number) {
    super(`Run ${run} goes on without this terminal`, { next: `chestnut attach ${run}` })
    this.run = run
    this.until = until
  }
}
