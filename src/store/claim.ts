import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256, systemCode } from '../core/index.ts'
import { unlessMissing } from './file-problem.ts'
import { ownPrefix } from './keys.ts'
import { isGone, type Owner, thisOwner } from './owner.ts'

/** A claim is held for a look and a rename. */
const longestHold = 3600_000
/** How long a claim may be without its owner's name in it: the time between making and writing the file. */
const longestUnnamed = 10_000

/**
 * Does something to one version of a file while nobody else does something to the same version (the claims of all writers
 * are files that only one can make). Claims are numbered: who finds one whose owner was killed takes the next number, so
 * that no claim has to be taken from anybody.
 *
 * @param version what the file is now; `work` has to look whether it still is
 * @param work whether the file was changed
 * @returns what `work` gave; false when another writer has the claim
 */
export async function claimed(path: string, version: string, work: () => Promise<boolean>): Promise<boolean> {
  const start = join(dirname(path), `${ownPrefix}claim-${sha256(`${path}\n${version}`).slice(0, 32)}-`)
  const number = await take(start)
  if (number === undefined) return false
  // Claims before ours stay unless the version is gone: their numbers must not be free again.
  let first = number
  try {
    const changed = await work()
    if (changed) first = 1
    return changed
  } finally {
    for (let i = first; i <= number; i++) await rm(start + i, { force: true })
  }
}

/** The number of our claim; undefined when a living process holds one. */
async function take(start: string): Promise<number | undefined> {
  for (let number = 1; ; number++) {
    try {
      await writeFile(start + number, JSON.stringify(thisOwner()), { flag: 'wx' })
      return number
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      if (!(await isAbandoned(start + number))) return undefined
    }
  }
}

async function isAbandoned(claim: string): Promise<boolean> {
  const found = await unlessMissing(() => Promise.all([readFile(claim, 'utf8'), stat(claim)]))
  // It was given back between our two looks: whoever had it has just finished.
  if (found === undefined) return false
  const [text, facts] = found
  const age = Date.now() - facts.mtimeMs
  const owner = parseOwner(text)
  return owner === undefined ? age > longestUnnamed : age > longestHold || isGone(owner, age)
}

function parseOwner(text: string): Owner | undefined {
  const parts = /^\{"host":"([0-9a-f]{8})","process":([0-9]+)\}$/.exec(text)
  return parts === null ? undefined : { host: parts[1]!, process: Number(parts[2]) }
}
