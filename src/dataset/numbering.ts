/** Numbers texts from 0 in the order in which they first appear. */
export interface Numbering {
  of(text: string): number
  /** The different texts by their numbers. */
  texts(): readonly string[]
}

export function numbering(): Numbering {
  const numbers = new Map<string, number>()
  return {
    of: text => {
      const known = numbers.get(text)
      if (known !== undefined) return known
      numbers.set(text, numbers.size)
      return numbers.size - 1
    },
    texts: () => [...numbers.keys()],
  }
}
