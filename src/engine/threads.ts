import { availableParallelism } from 'node:os'

/** More threads than this on one operator cost more in waiting for each other than they bring. */
const most = 16

/** How many threads compute one operator together, unless the caller says otherwise: the cores this process may use. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), most)
}
