import { BadWeights } from './bad-weights.ts'

export interface JsonLimits {
  /** Objects and lists within one another. */
  readonly depth: number
  /** Keys of all objects together. */
  readonly keys: number
  /** Refuse an object that has a key twice: `JSON.parse` lets the last one win. */
  readonly unique?: boolean
}

const codes = { quote: 0x22, backslash: 0x5c, open: 0x7b, close: 0x7d, openList: 0x5b, closeList: 0x5d }

/**
 * Looks at a text before `JSON.parse`, which takes minutes and gigabytes for fifty million brackets. What is no JSON at all is
 * left to it.
 *
 * @throws BadWeights for what is deeper or larger than wanted, and for a key that stands twice
 */
export function checkJson(text: string, { depth, keys, unique = false }: JsonLimits): void {
  const open: (Set<string> | undefined)[] = []
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === codes.open || code === codes.openList) {
      open.push(code === codes.open && unique ? new Set() : undefined)
      if (open.length > depth) throw new BadWeights(`its JSON is more than ${depth} levels deep`)
    } else if (code === codes.close || code === codes.closeList) {
      open.pop()
    } else if (code === codes.quote) {
      const end = endOfText(text, i)
      if (end < 0) return
      if (isKey(text, end)) {
        if (++count > keys) throw new BadWeights(`its JSON has more than ${keys} keys`)
        addKey(open.at(-1), text.slice(i, end + 1))
      }
      i = end
    }
  }
}

function addKey(keys: Set<string> | undefined, quoted: string): void {
  if (keys === undefined) return
  const name = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
  if (keys.has(name)) throw new BadWeights(`its header has "${name}" twice`)
  keys.add(name)
}

/** The quote that ends a text; -1 when there is none. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === codes.backslash) slashes++
    if (slashes % 2 === 0) return end
  }
  return -1
}

/** A key is a text with a colon behind it. */
function isKey(text: string, end: number): boolean {
  let i = end + 1
  while (' \t\n\r'.includes(text[i] ?? '.')) i++
  return text[i] === ':'
}
