import { elements } from '../core/index.ts'

/** Where the films of a batch stand in a value's sizes: on an axis that may hold other things too, before them and behind. */
export interface BatchAxis {
  readonly axis: number
  /** How much of the axis stands before the films: 1 where they are its outermost part. */
  readonly outer: number
}

/** How much of `axis` stands before the films after a Reshape, which leaves all elements in their order. */
export function outerOf(at: BatchAxis, from: readonly number[], to: readonly number[], axis: number): number {
  return (at.outer * elements(from.slice(0, at.axis))) / elements(to.slice(0, axis))
}

/**
 * Where films stand after a Reshape that was written for a fixed number of them. Its sizes alone do not tell: `[17, 1, 768]` to
 * `[17, 12, 64]` may hold films at the end of axis 0 or at the beginning of axis 1. They get the first axis that begins with
 * them, but not the last axis, which holds features; else the end of an earlier one.
 * @param from the sizes before, with the file's number of films
 * @param to the sizes after, with the same number
 */
export function reshapedAxis(
  at: BatchAxis,
  from: readonly number[],
  to: readonly number[],
  films: number,
): BatchAxis | undefined {
  const places = to.map((_, axis): BatchAxis => ({ axis, outer: outerOf(at, from, to, axis) }))
  const fitting = places.filter(
    ({ axis, outer }) => Number.isInteger(outer) && outer > 0 && to[axis]! % (outer * films) === 0,
  )
  const last = to.length - 1
  return fitting.find(({ axis, outer }) => outer === 1 && (axis < last || axis === 0)) ?? fitting[0]
}
