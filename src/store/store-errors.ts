import { Problem } from '../core/index.ts'

/** Nothing stands under the key. */
export class NotFound extends Problem {
  override readonly name: string = 'NotFound'
  constructor(store: string, key: string) {
    super(`Cannot read "${key}" in ${store}: nothing is there`)
  }
}

/** The condition of a conditional write did not hold: another writer was first. */
export class Conflict extends Problem {
  override readonly name: string = 'Conflict'
  constructor(store: string, key: string) {
    super(`Cannot write "${key}" in ${store}: another writer was first`)
  }
}
