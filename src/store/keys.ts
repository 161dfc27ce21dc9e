import { Misuse } from '../core/index.ts'

const longestKey = 900
const longestName = 200
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i

/**
 * Refuses a key that some file system or bucket does not take: segments of letters, digits and `. _ - = + @ ~ , ( )` and
 * spaces, parted by `/`; no `.` or `..`, no `:`, no name that Windows reserves, none that ends in a dot or a space.
 */
export function checkKey(key: string): void {
  const reason = faultOf(key)
  if (reason !== undefined) throw new Misuse(`Cannot use the key ${JSON.stringify(key)}: ${reason}`)
}

function faultOf(key: string): string | undefined {
  if (key.length === 0) return 'it is empty'
  if (key.length > longestKey) return `it has ${key.length} characters, wanted at most ${longestKey}`
  for (const segment of key.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return `"${segment}" stands between its slashes`
    if (segment.length > longestName)
      return `a part of it has ${segment.length} characters, wanted at most ${longestName}`
    if (!/^[\p{L}\p{N}._\-=+@~,() ]+$/u.test(segment)) return 'it holds a character that not every file system takes'
    if (/[. ]$/.test(segment) || segment.startsWith(' ')) return 'a part of it begins or ends with a dot or a space'
    if (reserved.test(segment)) return `"${segment}" is a reserved name on Windows`
    if (segment.startsWith(temporaryPrefix)) return `names that begin with "${temporaryPrefix}" are the store's own`
  }
  return undefined
}

/** Begins the name of a file that is being written; never listed. */
export const temporaryPrefix = '.part-'
