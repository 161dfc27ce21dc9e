import { Problem } from './errors.ts'

/** The mark that everything we keep carries: `stamp('run', 1)` is `chestnut.run/1`. */
export function stamp(kind: string, version: number): string {
  return `chestnut.${kind}/${version}`
}

/**
 * Checks the stamp of something that was read, before anything else of it is believed.
 *
 * @param found the `format` member as it was read
 * @param kind `run`, `model` … as given to `stamp`
 * @param newest the newest version that this code reads
 * @returns the version, from 1 to `newest`
 * @throws Problem when it is something else, or was written by a newer Chestnut.
 */
export function checkStamp(found: unknown, kind: string, newest: number): number {
  const wanted = stamp(kind, newest)
  if (typeof found !== 'string')
    throw new Problem(`Cannot read a "chestnut.${kind}": its format is missing, wanted "${wanted}"`)
  const version = versionOf(found, kind)
  if (version === undefined)
    throw new Problem(`Cannot read a "chestnut.${kind}": its format is "${shown(found)}", wanted "${wanted}"`)
  if (version > newest) {
    throw new Problem(`Cannot read "${found}": it was written by a newer Chestnut, this one reads up to "${wanted}"`, {
      next: 'npm install chestnut@latest',
    })
  }
  return version
}

function versionOf(found: string, kind: string): number | undefined {
  const start = `chestnut.${kind}/`
  const digits = found.slice(start.length)
  return found.startsWith(start) && /^[1-9][0-9]{0,8}$/.test(digits) ? Number(digits) : undefined
}

/** What stands in a foreign file may be long. */
function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
