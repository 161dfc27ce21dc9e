import { Misuse } from '../core/index.ts'

/** Bytes in UTF-8. S3 takes 1,024 for the whole key, file systems 255 for a name. */
const longestKey = 1000
const longestSegment = 200

/** Names that the file store uses for itself. */
export const ownPrefix = '.chestnut-'

/**
 * Checks that every file system and every object store takes the key: segments separated by `/`, in normal form C, without
 * control characters, `\ : * ? " < > |`, segments `.` and `..`, names that Windows keeps for devices, and dots or spaces at
 * the end of a segment.
 *
 * @throws Misuse that says what is wrong with the key.
 */
export function checkKey(key: string): void {
  const wrong = faultOfKey(key)
  if (wrong !== undefined) throw new Misuse(`Cannot use the key ${JSON.stringify(key)}: ${wrong}`)
}

/** Keys whose folded forms are equal are one and the same on file systems that ignore case. */
export function foldCase(key: string): string {
  return key.toUpperCase().toLowerCase()
}

function faultOfKey(key: string): string | undefined {
  if (key === '') return 'it is empty'
  if (Buffer.byteLength(key) > longestKey) return `it has more than ${longestKey} bytes`
  // A lone surrogate does not survive the way to UTF-8 and back.
  if (Buffer.from(key).toString() !== key) return 'it is not well-formed Unicode'
  if (key.normalize('NFC') !== key) return 'it is not in Unicode normal form C'
  for (const segment of key.split('/')) {
    const wrong = faultOfSegment(segment)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function faultOfSegment(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment'
  if (segment === '.' || segment === '..') return `it has the segment "${segment}"`
  if (Buffer.byteLength(segment) > longestSegment) return `it has a segment of more than ${longestSegment} bytes`
  if (hasControlCharacter(segment)) return 'it has a control character'
  const character = /[\\:*?"<>|]/.exec(segment)?.[0]
  if (character !== undefined) return `it has the character ${character}`
  if (/[. ]$/.test(segment)) return `the segment "${segment}" ends with a dot or a space`
  if (isDevice(segment)) return `Windows keeps the name "${segment}" for a device`
  if (foldCase(segment).startsWith(ownPrefix)) return `names that start with "${ownPrefix}" are the store's own`
  return undefined
}

/** `con`, `nul.txt`, `COM1` … */
function isDevice(segment: string): boolean {
  return /^(con|prn|aux|nul|(com|lpt)[0-9¹²³]|conin\$|conout\$) *(\.|$)/i.test(segment)
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || (code >= 127 && code < 160)) return true
  }
  return false
}
