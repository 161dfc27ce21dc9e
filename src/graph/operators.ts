import { scalar } from '../core/index.ts'
import type { Builder } from './builder.ts'

/** Adds a node without attributes and returns the name of its output. Numbers among its inputs are float32 scalars. */
export type Operator = (op: string, ...inputs: readonly (string | number)[]) => string

/** For formulas that are written as nodes. */
export function operators(build: Builder): Operator {
  return (op, ...inputs) =>
    build.node(
      op,
      inputs.map(input => (typeof input === 'number' ? build.constant(scalar(input)) : input)),
    )
}
