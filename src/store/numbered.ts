import { Problem } from '../core/index.ts'
import { readJson, writeJson } from './json.ts'
import type { Store } from './store.ts'
import { Conflict } from './store-errors.ts'

/** One object of a history that only grows: `FOLDER/000001.json`, `FOLDER/000002.json` … */
export interface Numbered {
  readonly number: number
  readonly value: unknown
}

/** The numbers of a history, in order. */
export async function listNumbers(store: Store, folder: string): Promise<readonly number[]> {
  const numbers: number[] = []
  for await (const { key } of store.list(`${folder}/`)) {
    const digits = /^([0-9]{6,})\.json$/.exec(key.slice(folder.length + 1))?.[1]
    if (digits !== undefined) numbers.push(Number(digits))
  }
  return numbers.sort((a, b) => a - b)
}

/** One object of a history; undefined when there is none of this number. */
export function readNumber(store: Store, folder: string, number: number): Promise<unknown> {
  return readJson(store, keyOf(folder, number))
}

/** A whole history, in order. */
export async function readNumbered(store: Store, folder: string): Promise<readonly Numbered[]> {
  const history: Numbered[] = []
  for (const number of await listNumbers(store, folder)) {
    history.push({ number, value: await readNumber(store, folder, number) })
  }
  return history
}

/**
 * Adds an object to a history under the next number. Who is overtaken by another writer looks at the history again, so no
 * number is ever given twice, and `decide` has always seen everything before it.
 *
 * @param decide what to add, given the history and the number it would get; undefined: nothing
 * @returns what was added
 */
export async function appendNumbered<T>(
  store: Store,
  folder: string,
  decide: (history: readonly Numbered[], number: number) => T | undefined,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const history = await readNumbered(store, folder)
    const number = (history.at(-1)?.number ?? 0) + 1
    const value = decide(history, number)
    if (value === undefined) return undefined
    if (await add(store, keyOf(folder, number), value)) return value
  }
  throw new Problem(`Cannot add to "${folder}": other writers were faster every time`)
}

async function add(store: Store, key: string, value: unknown): Promise<boolean> {
  try {
    await writeJson(store, key, value, { onlyIf: 'absent' })
  } catch (error) {
    if (error instanceof Conflict) return false
    throw error
  }
  // A store that does not know conditions has let another writer have the same number: the last one has it.
  return JSON.stringify(await readJson(store, key)) === JSON.stringify(value)
}

function keyOf(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(6, '0')}.json`
}
