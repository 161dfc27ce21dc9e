/** The place of the name that is meant: the same one, or else the first that differs in the case of letters only; -1 where none is. */
export function placeOfName(wanted: string, names: readonly string[]): number {
  const same = names.indexOf(wanted)
  return same === -1 ? names.findIndex(name => name.toLowerCase() === wanted.toLowerCase()) : same
}

/**
 * The word that was probably meant: the one that the fewest edits (insert, delete, replace, swap two neighbours) lead to,
 * whatever the case of letters. Undefined when even that is further away than a third of the longer word.
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of words) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least && edits <= Math.max(word.length, candidate.length) / 3) {
      best = candidate
      least = edits
    }
  }
  return best
}

/** Damerau-Levenshtein distance in its restricted form (optimal string alignment): no part is edited twice. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) edits = Math.min(edits, beforeLast[j - 2]! + 1)
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
