/** An object as JSON.parse makes it, its members still to be looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Texts by name; undefined when it is something else. */
export function textsFromJson(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(value)) return undefined
  const texts: Record<string, string> = {}
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') return undefined
    texts[name] = member
  }
  return texts
}

/** Numbers by name; undefined when it is something else. JSON writes what is no finite number as null: NaN it is again. */
export function numbersFromJson(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isJsonObject(value)) return undefined
  const numbers: Record<string, number> = {}
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'number' && member !== null) return undefined
    numbers[name] = member ?? Number.NaN
  }
  return numbers
}
