import { BadWeights } from '../bad-weights.ts'
import { type Cursor, cursor } from '../cursor.ts'
import { Instance, type Value } from './values.ts'

/** What the instructions of a pickle work on: a stack with marks, and values that were put aside under numbers. */
export interface Machine {
  readonly at: Cursor
  push(value: Value): void
  pushMark(): void
  pop(): Value
  /** The topmost value, which stays. */
  top(): Value
  /** The topmost values, the lowest first. */
  take(count: number): Value[]
  /** All values since the last mark, which goes with them. */
  sinceMark(): Value[]
  remember(index?: number): void
  recall(index: number): void
  /** What a reference to something outside the pickle stands for. */
  persistent(id: Value): Value
}

/** Values that a pickle may make: ten times what a large network with its optimizer's state needs. */
const mostValues = 1_000_000

const mark = Symbol('mark')

export function machine(bytes: Uint8Array, persistent: (id: Value) => Value): Machine {
  const stack: (Value | typeof mark)[] = []
  const memo = new Map<number, Value>()
  let made = 0
  const grow = (value: Value | typeof mark): void => {
    if (++made > mostValues) throw new BadWeights(`its pickle makes more than ${mostValues} values`)
    stack.push(value)
  }
  const pop = (): Value => {
    const value = stack.pop()
    if (value === undefined || value === mark) throw new BadWeights('it is damaged: its pickle lacks a value')
    return value
  }
  const top = (): Value => {
    const value = pop()
    stack.push(value)
    return value
  }
  return {
    at: cursor(bytes),
    push: value => {
      grow(value)
    },
    pushMark: () => {
      grow(mark)
    },
    pop,
    top,
    take: count => Array.from({ length: count }, pop).reverse(),
    sinceMark: () => {
      const start = stack.lastIndexOf(mark)
      if (start < 0) throw new BadWeights('it is damaged: its pickle lacks a mark')
      return stack.splice(start).slice(1) as Value[]
    },
    remember: (index = memo.size) => {
      memo.set(index, top())
    },
    recall: index => {
      const value = memo.get(index)
      if (value === undefined) throw new BadWeights('it is damaged: its pickle names a value that it did not make')
      stack.push(value)
    },
    persistent,
  }
}

/** Puts keys and values, one after the other, into the dictionary on top. A class of its own keeps none: they are no weights. */
export function setItems(target: Value, pairs: readonly Value[]): void {
  if (!(target instanceof Map || target instanceof Instance)) {
    throw new BadWeights('it is damaged: a dictionary was wanted')
  }
  if (target instanceof Map) for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i]!, pairs[i + 1]!)
}

export function addItems(target: Value, values: readonly Value[]): void {
  if (Array.isArray(target)) for (const value of values) target.push(value)
  else if (target instanceof Set) for (const value of values) target.add(value)
  else if (!(target instanceof Instance)) throw new BadWeights('it is damaged: a list was wanted')
}
