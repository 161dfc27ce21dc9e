import type { Split } from './film-row.ts'

export interface PartCounts {
  readonly films: number
  /** Films with the target. */
  readonly positives: number
  readonly patients: number
}

/**
 * Counts the films of each part.
 *
 * @param patients numbers from 0 to less than the films
 * @param counted 0 for films that are left out; default: none.
 */
export function countParts(
  patients: Int32Array,
  positive: Uint8Array,
  splits: readonly Split[],
  counted?: Uint8Array,
): Readonly<Record<Split, PartCounts>> {
  const counter = (): Counter => ({ films: 0, positives: 0, patients: 0, seen: new Uint8Array(splits.length) })
  const counters = { train: counter(), validation: counter(), test: counter(), unused: counter() }
  for (let film = 0; film < splits.length; film++) {
    if (counted?.[film] === 0) continue
    const part = counters[splits[film]!]
    const patient = patients[film]!
    part.films++
    part.positives += positive[film]!
    part.patients += 1 - part.seen[patient]!
    part.seen[patient] = 1
  }
  const done = ({ films, positives, patients }: Counter): PartCounts => ({ films, positives, patients })
  return {
    train: done(counters.train),
    validation: done(counters.validation),
    test: done(counters.test),
    unused: done(counters.unused),
  }
}

interface Counter {
  films: number
  positives: number
  patients: number
  /** 1 for the patients that were counted. */
  readonly seen: Uint8Array
}
