import { Problem } from '../core/index.ts'
import { int, string_ } from '../graph/index.ts'
import type { Expressions } from './expressions.ts'

/**
 * The gradient of taking slices along an axis: each slice of `updates` is added to the place of `onto` that its index
 * names. `indices` is an int64 vector, as long as that axis of `updates`.
 */
export function addAlong(e: Expressions, onto: string, axis: number, indices: string, updates: string): string {
  const column = e.reshape(
    indices,
    e.dims(onto).map((_, at) => (at === axis ? -1 : 1)),
  )
  return scatterAdd(e, onto, e.node('Expand', [column, e.shapeOf(updates)]), updates, axis)
}

/** Adds each update to the place along the axis that its index names; indices may repeat. */
export function scatterAdd(e: Expressions, onto: string, indices: string, updates: string, axis: number): string {
  if (e.build.opset < 16) {
    throw new Problem(
      `Cannot differentiate the graph: adding at indices needs operators of version 16, the graph declares ${e.build.opset}`,
    )
  }
  return e.node('ScatterElements', [onto, indices, updates], { axis: int(axis), reduction: string_('add') })
}
