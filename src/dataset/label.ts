/** What a table says of a finding on a film: there, not there, the reader was not sure, or not asked. */
export type FoundLabel = 1 | 0 | 'uncertain' | null

/** A label that a film is trained on or judged by; null where there is none. */
export type Label = 1 | 0 | null

/**
 * What training makes of an uncertain label: none at all (`ignore`), 0 or 1. Films that judge, those of validation and test,
 * ignore it always.
 */
export type Uncertain = 'ignore' | 'zero' | 'one'

const madeOf: Readonly<Record<Uncertain, Label>> = { ignore: null, zero: 0, one: 1 }

export function settled(label: FoundLabel, policy: Uncertain): Label {
  return label === 'uncertain' ? madeOf[policy] : label
}
