import { Problem } from '../core/index.ts'
import type { Backward } from './gradient-rule.ts'

/** The numbers of an input that must be written into the graph; undefined where the input is absent. */
export function fixedInput(at: Backward, place: number, what: string): readonly number[] | undefined {
  const name = at.node.inputs[place]
  if (name === undefined || name === '') return undefined
  const numbers = at.e.fixed(name)
  if (numbers === undefined) {
    throw new Problem(`Cannot differentiate ${at.node.op}: its ${what} "${name}" is computed, a constant was wanted`)
  }
  return numbers
}

/** The size of one axis, which must be a number. */
export function fixedSize(at: Backward, name: string, axis: number): number {
  const size = at.e.dims(name)[axis]
  if (typeof size !== 'number') {
    throw new Problem(
      `Cannot differentiate ${at.node.op}: axis ${axis} of "${name}" has the size "${size}", a number was wanted`,
    )
  }
  return size
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}
