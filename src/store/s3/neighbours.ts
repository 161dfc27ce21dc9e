import { Problem } from '../../core/index.ts'
import { foldCase } from '../keys.ts'
import { twinProblem } from '../refuse-twin.ts'
import type { Bucket } from './bucket.ts'
import { namesIn } from './list.ts'

/** Refuses keys that a folder could not hold beside those that are there. Each folder is listed once, and remembered. */
export interface Neighbours {
  /** @throws Problem when a part of the key is an object, or it is a folder; Misuse when it has a twin in other letters */
  check(key: string, signal: AbortSignal | undefined): Promise<void>
  /** The key was removed. */
  forget(key: string): void
}

/** Names in one folder: `a` for an object, `a/` for a folder. */
interface Names {
  readonly all: Set<string>
  /** One name for each folded form. */
  readonly folded: Map<string, string>
}

export function neighbours(of: Bucket): Neighbours {
  const folders = new Map<string, Promise<Names>>()

  const namesOf = (folder: string, signal: AbortSignal | undefined): Promise<Names> => {
    const known = folders.get(folder)
    if (known !== undefined) return known
    const listed = namesIn(of, folder, signal).then(names => {
      const found: Names = { all: new Set(), folded: new Map() }
      for (const name of names) add(found, name)
      return found
    })
    folders.set(folder, listed)
    listed.catch(() => folders.delete(folder))
    return listed
  }
  /** @returns what is in the way */
  const inTheWay = async (key: string, signal: AbortSignal | undefined): Promise<Problem | undefined> => {
    for (const { folder, name, isLast } of segmentsOf(key)) {
      const names = await namesOf(folder, signal)
      if (names.all.has(isLast ? `${name}/` : name)) return wrongKind(key, isLast)
      const other = names.folded.get(foldCase(name))
      if (other !== undefined && other !== name) return twinProblem(key, folder + other)
      if (!names.all.has(isLast ? name : `${name}/`)) {
        add(names, isLast ? name : `${name}/`)
        // Below a folder that is new there is nothing to be listed.
        if (!isLast) folders.set(`${folder}${name}/`, Promise.resolve({ all: new Set(), folded: new Map() }))
      }
    }
    return undefined
  }
  const forget = (key: string): void => {
    for (const { folder } of segmentsOf(key)) folders.delete(folder)
  }
  return {
    check: async (key, signal) => {
      if ((await inTheWay(key, signal)) === undefined) return
      // Another process may have removed it since the folder was listed.
      forget(key)
      const wrong = await inTheWay(key, signal)
      if (wrong !== undefined) throw wrong
    },
    forget,
  }
}

function add({ all, folded }: Names, name: string): void {
  all.add(name)
  const bare = name.replace(/\/$/, '')
  folded.set(foldCase(bare), bare)
}

function segmentsOf(
  key: string,
): readonly { readonly folder: string; readonly name: string; readonly isLast: boolean }[] {
  const segments = key.split('/')
  return segments.map((name, i) => ({
    folder: segments
      .slice(0, i)
      .map(segment => `${segment}/`)
      .join(''),
    name,
    isLast: i === segments.length - 1,
  }))
}

function wrongKind(key: string, isFolder: boolean): Problem {
  const is = isFolder ? 'it is a folder, a file was wanted' : 'a part of the path is a file, a folder was wanted'
  return new Problem(`Cannot write "${key}": ${is}`)
}
