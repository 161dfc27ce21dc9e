import type { Split } from './film-row.ts'

export interface PartCounts {
  readonly films: number
  readonly patients: number
  /** By target. */
  readonly labels: Readonly<Record<string, LabelCounts>>
}

/** Films of a part by what is known of one target. */
export interface LabelCounts {
  /** In training with the uncertain ones that the policy takes for 1; and so for 0 below. */
  readonly positives: number
  readonly negatives: number
  /** Films whose table is uncertain, whatever the policy makes of them. */
  readonly uncertain: number
  /** Films without any label. */
  readonly unlabelled: number
}

/** Films by their place, what they show of one target. */
export interface TargetLabels {
  readonly name: string
  /** 1, 0, or −1 where the table has no certain label. */
  readonly certain: Int8Array
  /** The same as training has it: with what the policy makes of uncertain labels. */
  readonly training: Int8Array
  /** 1 where the table is uncertain. */
  readonly uncertain: Int8Array
}

/**
 * Counts the films of each part.
 *
 * @param patients numbers from 0 to less than the films
 * @param counted 0 for films that are left out; default: none.
 */
export function countParts(
  patients: Int32Array,
  targets: readonly TargetLabels[],
  splits: readonly Split[],
  counted?: Uint8Array,
): Readonly<Record<Split, PartCounts>> {
  const count = (part: Split): PartCounts =>
    countPart(patients, targets, inPart(splits, part, counted), part === 'train')
  return { train: count('train'), validation: count('validation'), test: count('test'), unused: count('unused') }
}

/** The places of a part's films. */
function inPart(splits: readonly Split[], part: Split, counted: Uint8Array | undefined): Int32Array {
  const films = new Int32Array(splits.length)
  let count = 0
  for (let film = 0; film < splits.length; film++) {
    if (splits[film] === part && counted?.[film] !== 0) films[count++] = film
  }
  return films.subarray(0, count)
}

function countPart(
  patients: Int32Array,
  targets: readonly TargetLabels[],
  films: Int32Array,
  trained: boolean,
): PartCounts {
  const seen = new Uint8Array(patients.length)
  let people = 0
  for (let i = 0; i < films.length; i++) {
    const patient = patients[films[i]!]!
    people += 1 - seen[patient]!
    seen[patient] = 1
  }
  return {
    films: films.length,
    patients: people,
    labels: Object.fromEntries(targets.map(target => [target.name, countLabels(target, films, trained)])),
  }
}

function countLabels({ certain, training, uncertain }: TargetLabels, films: Int32Array, trained: boolean): LabelCounts {
  const labels = trained ? training : certain
  const counts = { positives: 0, negatives: 0, uncertain: 0, unlabelled: 0 }
  for (let i = 0; i < films.length; i++) {
    const film = films[i]!
    if (labels[film] === 1) counts.positives++
    else if (labels[film] === 0) counts.negatives++
    if (uncertain[film] === 1) counts.uncertain++
    else if (certain[film] === -1) counts.unlabelled++
  }
  return counts
}
