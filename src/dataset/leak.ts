import type { Split } from './film-row.ts'

export interface Leak {
  /** Share of the test films whose patient has a film in training; 0 when split by patient. */
  readonly leakRate: number
  /** The same among the test films with a target. */
  readonly leakRateOfPositives: number
}

/**
 * @param patients numbers from 0 to less than the films
 * @param targets of each target 1 where a film shows it
 */
export function leakOf(patients: Int32Array, targets: readonly Int8Array[], splits: readonly Split[]): Leak {
  const trained = new Uint8Array(splits.length)
  for (let film = 0; film < splits.length; film++) if (splits[film] === 'train') trained[patients[film]!] = 1
  // By class: test films, and those of them whose patient was trained on.
  const tested = [0, 0]
  const leaked = [0, 0]
  for (let film = 0; film < splits.length; film++) {
    if (splits[film] !== 'test') continue
    const label = targets.some(labels => labels[film] === 1) ? 1 : 0
    tested[label]!++
    leaked[label]! += trained[patients[film]!]!
  }
  return {
    leakRate: share(leaked[0]! + leaked[1]!, tested[0]! + tested[1]!),
    leakRateOfPositives: share(leaked[1]!, tested[1]!),
  }
}

function share(count: number, total: number): number {
  return total === 0 ? 0 : count / total
}
