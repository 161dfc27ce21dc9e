import { elements } from '../core/index.ts'
import { int, intOf, intsOf, reduceOver } from '../graph/index.ts'
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

/** A reduction whose slope is a formula of the numbers and their result: Σ-like, each number on its own. */
const slopeOver =
  (slope: (e: Expressions, x: string, y: string) => string): GradientRule =>
  at => {
    const { e, node } = at
    const x = node.inputs[0]!
    const over = reductionOf(at)
    const found = e.mul(restored(e, gradientOf(at), over), slope(e, x, restored(e, node.outputs[0]!, over)))
    return [e.expandLike(found, x)]
  }

/**
 * The product of the other numbers: y / x where no number is 0. With the zeros left out of the product, P, it is P / x where none
 * of the others is 0 (P for a 0 itself), and 0 elsewhere.
 */
const productOver: GradientRule = at => {
  const { e, node } = at
  const x = node.inputs[0]!
  const over = reductionOf(at)
  if (over.axes.length === 0) return [gradientOf(at)]
  const isZero = e.equal(x, e.constant(0, x))
  const factors = e.where(isZero, e.constant(1, x), x)
  const product = reduceOver(e.build, 'ReduceProd', factors, over.axes, { keepdims: true })
  const zeros = e.castLike(isZero, x)
  const otherZeros = e.sub(e.sum(zeros, over.axes, true), zeros)
  const slope = e.where(e.greater(otherZeros, e.constant(0, x)), e.constant(0, x), e.div(product, factors))
  return [e.mul(restored(e, gradientOf(at), over), slope)]
}

/** x / y, and 0 where all numbers are 0. */
const direction = (e: Expressions, x: string, y: string): string => {
  const length = e.where(e.greater(y, e.constant(0, y)), y, e.constant(1, y))
  return e.div(x, length)
}

/** Every later number holds this one, so its gradient is the sum of theirs: the same sums from the other end. */
const cumSum: GradientRule = unary((e, { node, g }) =>
  e.node('CumSum', [g, node.inputs[1]!], {
    exclusive: int(intOf(node, 'exclusive', 0)),
    reverse: int(1 - intOf(node, 'reverse', 0)),
  }),
)

export const reductionRules: RulesFor<
  | 'CumSum'
  | 'GlobalAveragePool'
  | 'GlobalMaxPool'
  | 'LogSoftmax'
  | 'ReduceL1'
  | 'ReduceL2'
  | 'ReduceLogSum'
  | 'ReduceLogSumExp'
  | 'ReduceMax'
  | 'ReduceMean'
  | 'ReduceMin'
  | 'ReduceProd'
  | 'ReduceSum'
  | 'ReduceSumSquare'
  | 'Softmax'
> = {
  CumSum: cumSum,
  GlobalAveragePool: meanOver(spatial),
  GlobalMaxPool: extremeOver(spatial),
  LogSoftmax: logSoftmax,
  ReduceL1: slopeOver((e, x) => e.sign(x)),
  ReduceL2: slopeOver(direction),
  ReduceLogSum: slopeOver((e, _x, y) => e.exp(e.neg(y))),
  ReduceLogSumExp: slopeOver((e, x, y) => e.exp(e.sub(x, y))),
  ReduceMax: extremeOver(reductionOf),
  ReduceMean: meanOver(reductionOf),
  ReduceMin: extremeOver(reductionOf),
  ReduceProd: productOver,
  ReduceSum: sumOver(reductionOf),
  ReduceSumSquare: slopeOver((e, x) => e.add(x, x)),
  Softmax: softmax,
}
