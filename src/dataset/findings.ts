import { Misuse, nearest } from '../core/index.ts'

/** Combinations of findings as the table writes them (`Effusion|Pneumonia`): a few hundred for a hundred thousand films. */
export interface FindingTable {
  /** Every finding that occurs, sorted by code point as NumPy sorts. */
  readonly names: readonly string[]
  /** The findings of each combination. */
  readonly tokens: readonly ReadonlySet<string>[]
  /** For each combination one cell, 0 or 1, for each of the names. */
  readonly cells: readonly string[]
}

/** Splits at `|` and compares whole findings: the guide's `in` also finds a label inside a longer one. */
export function findingTable(combinations: readonly string[]): FindingTable {
  const tokens = combinations.map(text => new Set(tokensOf(text)))
  const names = [...new Set(tokens.flatMap(found => [...found]))].sort((a, b) => (a < b ? -1 : 1))
  const cells = tokens.map(found => names.map(name => (found.has(name) ? '1' : '0')).join(','))
  return { names, tokens, cells }
}

function tokensOf(text: string): string[] {
  return text
    .split('|')
    .map(token => token.trim())
    .filter(token => token !== '')
}

/**
 * The finding that is meant, whatever the case of its letters.
 *
 * @throws Misuse with the nearest name and all others when there is no such finding.
 */
export function chooseFinding(wanted: string, names: readonly string[]): string {
  const found = names.find(name => name === wanted) ?? names.find(name => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  const close = nearest(wanted, names)
  throw new Misuse(
    `Cannot predict "${wanted}": no film has this finding${close === undefined ? '' : `, did you mean "${close}"?`}`,
    { next: `Choose one of: ${names.join(', ')}` },
  )
}
