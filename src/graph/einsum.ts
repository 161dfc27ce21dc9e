import { Problem } from '../core/index.ts'

/** An Einsum's equation, taken apart: one letter an axis. */
export interface Equation {
  readonly inputs: readonly string[]
  readonly output: string
}

/**
 * Reads `bij,bjk->bik`. An ellipsis becomes upper-case letters of its own, aligned at its end.
 * @param ranks of the inputs
 * @throws Problem when it does not fit the inputs
 */
export function equationOf(text: string, ranks: readonly number[]): Equation {
  const [left = '', right] = text.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  const wrong = (why: string): Problem => new Problem(`Cannot read the Einsum equation "${text}": ${why}`)
  if (terms.length !== ranks.length) throw wrong(`it has ${terms.length} terms, there are ${ranks.length} inputs`)
  const lettersOf = (term: string): string => term.replace('...', '')
  const hidden = terms.map((term, place) => (term.includes('...') ? ranks[place]! - lettersOf(term).length : 0))
  const most = Math.max(0, ...hidden)
  const names = spare(text, most)
  const inputs = terms.map((term, place) => term.replace('...', names.slice(most - hidden[place]!)))
  const odd = inputs.findIndex((term, place) => term.length !== ranks[place])
  if (odd >= 0)
    throw wrong(`input ${odd} has ${ranks[odd]} axes, "${terms[odd]}" names ${lettersOf(terms[odd]!).length}`)
  return { inputs, output: (right ?? implied(left)).replace('...', names) }
}

/** Letters that the equation does not use. */
function spare(text: string, count: number): string {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  return [...all]
    .filter(letter => !text.includes(letter))
    .slice(0, count)
    .join('')
}

/** Without an arrow: what the ellipsis hides, then the letters that stand once, in the order of the alphabet. */
function implied(left: string): string {
  const letters = [...left].filter(letter => /[A-Za-z]/.test(letter))
  const once = letters
    .filter(letter => letters.indexOf(letter) === letters.lastIndexOf(letter))
    .sort()
    .join('')
  return left.includes('...') ? `...${once}` : once
}
