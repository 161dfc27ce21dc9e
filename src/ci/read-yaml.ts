import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { isJsonObject } from '../core/index.ts'

/** Something that a workflow must not do, or must and does not. */
export interface CiProblem {
  /** From the repository's root. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** What is, in a sentence. */
  readonly says: string
  /** What to change. */
  readonly remedy: string
}

/** A file as it was read: its values, and where each of them stands. */
export interface ReadYaml {
  readonly file: string
  readonly root: Readonly<Record<string, unknown>>
  /** The line of the deepest part of a path that is there. */
  lineOf(path: readonly (string | number)[]): number
}

/** Reads a file, or says why it cannot be read. */
export function readYaml(file: string, text: string): ReadYaml | CiProblem {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true })
  const [error] = document.errors
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    return { file, line, says: 'it is no YAML', remedy: error.message.split('\n')[0] ?? 'look at this line' }
  }
  const root: unknown = document.toJS()
  if (!isJsonObject(root)) return { file, line: 1, says: 'it is no workflow', remedy: 'chestnut ci init --force' }
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length > 0; length--) {
      const position = placeOf(document.contents, path.slice(0, length))
      if (position !== undefined) return lines.linePos(position).line
    }
    return 1
  }
  return { file, root, lineOf }
}

/** Where the key of the last step stands; of an entry of a list the entry. */
function placeOf(node: Node | null, path: readonly (string | number)[]): number | undefined {
  let position: number | undefined
  let current: unknown = node
  for (const step of path) {
    if (isMap(current)) {
      const pair = current.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined || !isScalar(pair.key)) return undefined
      position = pair.key.range?.[0]
      current = pair.value
    } else {
      const item = isSeq(current) ? (current.items[Number(step)] as Node | undefined) : undefined
      if (item === undefined) return undefined
      position = item.range?.[0]
      current = item
    }
  }
  return position
}

export function isProblem(read: ReadYaml | CiProblem): read is CiProblem {
  return 'says' in read
}
