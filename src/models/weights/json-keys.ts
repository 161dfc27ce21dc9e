/**
 * A key that an object of a JSON text has twice, which `JSON.parse` would not tell: the last one wins there.
 *
 * @param json a text that `JSON.parse` has taken
 */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  // Texts as a whole, so that a brace within one opens nothing. A key is a text with a colon behind it.
  for (const [token, key] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (key !== undefined) {
      const name = JSON.parse(key) as string
      const keys = open.at(-1)
      if (keys?.has(name)) return name
      keys?.add(name)
    }
  }
  return undefined
}
