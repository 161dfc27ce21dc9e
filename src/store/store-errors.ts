import { Problem } from '../core/index.ts'
import type { WriteOptions } from './store.ts'

/** Nothing is under the key that was to be read. */
export class NotFound extends Problem {
  override readonly name: string = 'NotFound'
  readonly key: string

  constructor(key: string, store: string) {
    super(`Cannot read "${key}": ${store} has nothing under this key`)
    this.key = key
  }
}

/** The condition of a write (`onlyIf`) did not hold: someone else was first. */
export class Conflict extends Problem {
  override readonly name: string = 'Conflict'
  readonly key: string

  constructor(key: string, is: string) {
    super(`Cannot write "${key}": ${is}`)
    this.key = key
  }
}

/** What is the case, for the sentence of a conflict. */
export function conflictOf(onlyIf: WriteOptions['onlyIf']): string {
  return onlyIf === 'absent' ? 'the key is taken, it was wanted absent' : 'it was changed by someone else meanwhile'
}
