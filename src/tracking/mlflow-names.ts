const longestKey = 250
const longestValue = 6000

/**
 * Values under names that MLflow takes: letters, digits, `_`, `-`, `.`, spaces and slashes, as a path without `.` and `..`, at most
 * 250 letters. Names that become one by this get a number.
 */
export function namedForMlflow<T>(values: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  const taken = new Map<string, number>()
  return values.map(([name, value]) => {
    const wanted = mlflowName(name)
    const times = (taken.get(wanted) ?? 0) + 1
    taken.set(wanted, times)
    return [times === 1 ? wanted : `${wanted.slice(0, longestKey - 8)}_${times}`, value]
  })
}

/** One name, whatever else there is. */
export function mlflowName(name: string): string {
  const segments = name
    .replace(/[^A-Za-z0-9_\-. /]/g, '_')
    .split('/')
    .map(segment => (/^\.*$/.test(segment) ? '_' : segment))
  return segments.join('/').slice(0, longestKey).replace(/\/$/, '_')
}

/** The most that MLflow keeps of a value. */
export function mlflowValue(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`
}
