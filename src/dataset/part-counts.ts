import type { Split } from './film-row.ts'

export interface PartCounts {
  readonly films: number
  /** Films with the target. */
  readonly positives: number
  readonly patients: number
}

/** Counts the films of each part. @param counted 0 for films that are left out; default: none. */
export function countParts(
  patients: Int32Array,
  positive: Uint8Array,
  splits: readonly Split[],
  counted?: Uint8Array,
): Readonly<Record<Split, PartCounts>> {
  const counts = { train: none(), validation: none(), test: none(), unused: none() }
  for (let film = 0; film < splits.length; film++) {
    if (counted?.[film] === 0) continue
    const count = counts[splits[film]!]
    count.films++
    count.positives += positive[film]!
    count.seen.add(patients[film]!)
  }
  const done = ({ films, positives, seen }: Count): PartCounts => ({ films, positives, patients: seen.size })
  return {
    train: done(counts.train),
    validation: done(counts.validation),
    test: done(counts.test),
    unused: done(counts.unused),
  }
}

interface Count {
  films: number
  positives: number
  readonly seen: Set<number>
}

function none(): Count {
  return { films: 0, positives: 0, seen: new Set() }
}
