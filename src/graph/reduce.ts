import { int64 } from '../core/index.ts'
import { int, ints } from './attributes.ts'
import type { Builder } from './builder.ts'

/** Since when each reduction takes its axes as an input. */
const axesAsInputSince: Readonly<Record<Reduction, number>> = {
  ReduceSum: 13,
  ReduceMean: 18,
  ReduceMax: 18,
  ReduceMin: 18,
  ReduceProd: 18,
  ReduceSumSquare: 18,
}

export type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd' | 'ReduceSumSquare'

/** Adds a reduction over `axes` in the form that the graph's operator set wants. */
export function reduceOver(
  build: Builder,
  op: Reduction,
  input: string,
  axes: readonly number[],
  options: { readonly keepdims: boolean; readonly name?: string },
): string {
  const keepdims = int(options.keepdims ? 1 : 0)
  const name = options.name === undefined ? {} : { name: options.name }
  return build.opset >= axesAsInputSince[op]
    ? build.node(op, [input, build.constant(int64([axes.length], axes))], { keepdims }, name)
    : build.node(op, [input], { axes: ints(axes), keepdims }, name)
}
