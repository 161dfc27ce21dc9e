import { Problem } from './errors.ts'

/** What marks everything kept: `chestnut.run/1`. */
export function stamp(kind: string, version: number): string {
  return `chestnut.${kind}/${version}`
}

/**
 * The version of a stamp that was found.
 * @param newest the newest version that this Chestnut reads
 * @throws Problem when it is no such stamp, or was written by a newer Chestnut
 */
export function checkStamp(found: unknown, kind: string, newest: number): number {
  const match = typeof found === 'string' ? /^chestnut\.([a-z-]+)\/(\d+)$/.exec(found) : null
  if (!match || match[1] !== kind) {
    throw new Problem(
      `Cannot read it as a ${kind}: its format is ${JSON.stringify(found)}, wanted "${stamp(kind, newest)}"`,
    )
  }
  const version = Number(match[2])
  if (version > newest) {
    throw new Problem(
      `Cannot read the ${kind}: its format "${found}" was written by a newer Chestnut, this one reads up to "${stamp(kind, newest)}"`,
      { next: 'npm install chestnut@latest' },
    )
  }
  return version
}
