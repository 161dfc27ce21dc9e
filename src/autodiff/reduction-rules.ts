import { elements } from '../core/index.ts'
import { intOf, intsOf } from '../graph/index.ts'
import { type Expressions, knownSizes } from './expressions.ts'
import { axisOf, fixedInput } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor, unary } from './gradient-rule.ts'

/** Which axes a reduction takes together, and whether they stay with size 1. */
interface Reduction {
  readonly axes: readonly number[]
  readonly keep: boolean
}

/** The axes stand in an input or an attribute, by version; none means all, unless `noop_with_empty_axes`. */
function reductionOf(at: Backward): Reduction {
  const { e, node } = at
  const rank = e.dims(node.inputs[0]!).length
  const given = fixedInput(at, 1, 'axes') ?? intsOf(node, 'axes') ?? []
  const none = intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, at) => at)
  return {
    axes: given.length > 0 ? given.map(axis => axisOf(axis, rank)) : none,
    keep: intOf(node, 'keepdims', 1) !== 0,
  }
}

const spatial = ({ e, node }: Backward): Reduction => ({
  axes: e.dims(node.inputs[0]!).flatMap((_, axis) => (axis < 2 ? [] : [axis])),
  keep: true,
})

/** Gives a reduced value its lost axes back, with size 1. */
function restored(e: Expressions, value: string, { axes, keep }: Reduction): string {
  return keep || axes.length === 0 ? value : e.node('Unsqueeze', [value, e.integers(axes)])
}

const sumOver =
  (reduction: (at: Backward) => Reduction): GradientRule =>
  at => [at.e.expandLike(restored(at.e, gradientOf(at), reduction(at)), at.node.inputs[0]!)]

const meanOver =
  (reduction: (at: Backward) => Reduction): GradientRule =>
  at => {
    const { e, node } = at
    const share = e.div(gradientOf(at), countOf(e, node.inputs[0]!, node.outputs[0]!, reduction(at)))
    return [e.expandLike(restored(e, share, reduction(at)), node.inputs[0]!)]
  }

/** How many numbers became one. */
function countOf(e: Expressions, x: string, y: string, { axes }: Reduction): string {
  const sizes = knownSizes(axes.map(axis => e.dims(x)[axis]!))
  if (sizes !== undefined) return e.constant(elements(sizes), x)
  return e.div(e.castLike(e.node('Size', [x]), x), e.castLike(e.node('Size', [y]), x))
}

/** The numbers that equal the extreme share its gradient evenly. */
const extremeOver =
  (reduction: (at: Backward) => Reduction): GradientRule =>
  at => {
    const { e, node } = at
    const x = node.inputs[0]!
    const over = reduction(at)
    const chosen = e.castLike(e.equal(x, restored(e, node.outputs[0]!, over)), x)
    const share = e.div(restored(e, gradientOf(at), over), e.sum(chosen, over.axes, true))
    return [e.mul(chosen, share)]
  }

const normalisedAxis = (e: Expressions, at: string, axis: number): number => axisOf(axis, e.dims(at).length)

/** y · (g − Σ g·y) */
const softmax: GradientRule = unary((e, { node, y, g }) => {
  const axis = normalisedAxis(e, y, intOf(node, 'axis', -1))
  return e.mul(y, e.sub(g, e.sum(e.mul(g, y), [axis], true)))
})

/** g − e^y · Σ g */
const logSoftmax: GradientRule = unary((e, { node, y, g }) => {
  const axis = normalisedAxis(e, y, intOf(node, 'axis', -1))
  return e.sub(g, e.mul(e.exp(y), e.sum(g, [axis], true)))
})

export const reductionRules: RulesFor<
  | 'GlobalAveragePool'
  | 'GlobalMaxPool'
  | 'LogSoftmax'
  | 'ReduceMax'
  | 'ReduceMean'
  | 'ReduceMin'
  | 'ReduceSum'
  | 'Softmax'
> = {
  GlobalAveragePool: meanOver(spatial),
  GlobalMaxPool: extremeOver(spatial),
  LogSoftmax: logSoftmax,
  ReduceMax: extremeOver(reductionOf),
  ReduceMean: meanOver(reductionOf),
  ReduceMin: extremeOver(reductionOf),
  ReduceSum: sumOver(reductionOf),
  Softmax: softmax,
}
