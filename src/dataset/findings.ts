import { Misuse, nearest } from '../core/index.ts'

/** The findings of each film, given the many times that the same combination of them occurs. */
export interface FindingTable {
  /** Every finding that occurs, sorted by code point as NumPy sorts. */
  readonly names: readonly string[]
  /** By the text of `Finding Labels`: which of `names` it holds. */
  readonly of: ReadonlyMap<string, FindingSet>
}

export interface FindingSet {
  readonly tokens: ReadonlySet<string>
  /** One cell, 0 or 1, for each of the names. */
  readonly cells: string
}

/** Splits at `|` and compares whole findings: the guide's `in` also finds a label inside a longer one. */
export function findingTable(texts: readonly string[]): FindingTable {
  const combinations = [...new Set(texts)].map(text => [text, new Set(tokensOf(text))] as const)
  const names = [...new Set(combinations.flatMap(([, tokens]) => [...tokens]))].sort((a, b) => (a < b ? -1 : 1))
  const cells = (tokens: ReadonlySet<string>): string => names.map(name => (tokens.has(name) ? '1' : '0')).join(',')
  return { names, of: new Map(combinations.map(([text, tokens]) => [text, { tokens, cells: cells(tokens) }])) }
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
