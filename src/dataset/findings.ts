import { Misuse, nearest, placeOfName } from '../core/index.ts'
import { type FoundLabel, settled, type Uncertain } from './label.ts'

/** What stands in the column `Finding Labels`: a few hundred different texts for a hundred thousand films. */
export interface FindingTable {
  /** Every finding, sorted by code point as NumPy sorts, or in the order of the table's own columns. */
  readonly names: readonly string[]
  /** For each text the label of each of the names. */
  readonly labels: readonly (readonly FoundLabel[])[]
}

/** The NIH's texts (`Effusion|Pneumonia`): what they do not name is not there. */
export function findingTable(combinations: readonly string[]): FindingTable {
  // Split at `|`, and whole findings compared: the guide's `in` also finds a label inside a longer one.
  const tokens = combinations.map(text => new Set(tokensOf(text)))
  const names = [...new Set(tokens.flatMap(found => [...found]))].sort((a, b) => (a < b ? -1 : 1))
  return { names, labels: tokens.map(found => names.map(name => (found.has(name) ? 1 : 0))) }
}

function tokensOf(text: string): string[] {
  return text
    .split('|')
    .map(token => token.trim())
    .filter(token => token !== '')
}

const signs: Readonly<Record<string, FoundLabel>> = { '1': 1, '0': 0, '?': 'uncertain', '-': null }

/** Texts of one sign for each of the names, which can say more than the NIH's: `1` there, `0` not, `?` uncertain, `-` no label. */
export function signedFindings(combinations: readonly string[], names: readonly string[]): FindingTable {
  return { names, labels: combinations.map(text => names.map((_, i) => signs[text[i] ?? '-'] ?? null)) }
}

/** For each text the cells of a CSV file: 0, 1 or nothing for each of the names. */
export function findingCells({ labels }: FindingTable, policy: Uncertain): readonly string[] {
  return labels.map(found => found.map(label => settled(label, policy) ?? '').join(','))
}

/** For each text the names of the uncertain findings: `Edema|Mass`. */
export function uncertainCells({ names, labels }: FindingTable): readonly string[] {
  return labels.map(found => names.filter((_, i) => found[i] === 'uncertain').join('|'))
}

/** The column that says that a film shows none of the others: a finding to compare with, none to look for. */
export const noFinding = 'No Finding'

/**
 * The findings to predict: `all` that the data know but `No Finding`, or those named, as the data spell them, in the order given.
 *
 * @throws Misuse when one is not there (with the nearest name), is named twice, or when there is none.
 */
export function targetsOf(wanted: readonly string[] | 'all', names: readonly string[]): readonly string[] {
  const targets =
    wanted === 'all' ? names.filter(name => name !== noFinding) : wanted.map(each => chooseFinding(each, names))
  const twice = targets.find((target, i) => targets.indexOf(target) !== i)
  if (twice !== undefined) throw new Misuse(`Cannot predict "${twice}" twice: name each target once`)
  if (targets.length === 0) throw new Misuse('Cannot predict anything: the data know no finding to be a target')
  return targets
}

/**
 * The finding that is meant, whatever the case of its letters.
 *
 * @throws Misuse with the nearest name and all others when there is no such finding.
 */
export function chooseFinding(wanted: string, names: readonly string[]): string {
  const found = names[placeOfName(wanted, names)]
  if (found !== undefined) return found
  const close = nearest(wanted, names)
  throw new Misuse(
    `Cannot predict "${wanted}": no film has this finding${close === undefined ? '' : `, did you mean "${close}"?`}`,
    { next: `Choose one of: ${names.join(', ')}` },
  )
}
