import { createHash } from 'node:crypto'

/** SHA-256 of bytes or of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * Plain data as JSON with sorted keys and without undefined members, so that equal data gives equal text.
 *
 * @throws TypeError for undefined, functions and bigints.
 */
export function canonicalJson(value: unknown): string {
  // The compiler believes that this is always a text; for undefined and functions it is not.
  const json: string | undefined = JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  )
  if (json === undefined) throw new TypeError(`Cannot write a value as JSON: it is of type "${typeof value}"`)
  return json
}

/** SHA-256 of plain data, whatever the order of its keys. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value))
}
