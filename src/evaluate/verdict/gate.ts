/** One condition on a change. */
export interface Gate {
  /** `auroc`, `drop.auroc`, `machines`. */
  readonly name: string
  readonly title: string
  readonly outcome: 'pass' | 'fail' | 'unknown'
  /** What is and what was wanted. */
  readonly sentence: string
}

export function gate(name: string, title: string, outcome: Gate['outcome'], sentence: string): Gate {
  return { name, title, outcome, sentence }
}

/** What all gates say together: no where one does, else unknown where one cannot say. */
export function passed(gates: readonly Gate[]): boolean | null {
  if (gates.some(({ outcome }) => outcome === 'fail')) return false
  return gates.some(({ outcome }) => outcome === 'unknown') ? null : true
}
