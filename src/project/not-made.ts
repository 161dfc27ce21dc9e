import { Problem } from '../core/index.ts'

/** A stage that was only looked up has made nothing yet. */
export class NotMade extends Problem {
  override readonly name: string = 'NotMade'
  readonly stage: string
  /** See `stageKey`. */
  readonly key: string

  constructor(stage: string, key: string) {
    super(`Cannot find what the stage "${stage}" makes of these films and settings: it did not run to its end`, {
      next: `chestnut ${stage}`,
    })
    this.stage = stage
    this.key = key
  }
}
