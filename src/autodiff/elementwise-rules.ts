import { Problem } from '../core/index.ts'
import { float, floatOf } from '../graph/index.ts'
import type { Expressions } from './expressions.ts'
import {
  type Backward,
  binary,
  type GradientRule,
  gradientOf,
  type RulesFor,
  unary,
  variadic,
} from './gradient-rule.ts'

/** 1 where the condition holds, else 0, in the type of `like`. */
const indicator = (e: Expressions, condition: string, like: string): string => e.castLike(condition, like)

/** e^(−x²) · 2/√π */
const erf: GradientRule = unary((e, { x, g }) => {
  const slope = e.mul(e.exp(e.neg(e.mul(x, x))), e.constant(2 / Math.sqrt(Math.PI), x))
  return e.mul(g, slope)
})

/** The inputs that equal the output share its gradient evenly, as in PyTorch's `amax`. */
const extreme: GradientRule = variadic(at => {
  const { e, node } = at
  const y = node.outputs[0]!
  const chosen = node.inputs.map(input => indicator(e, e.equal(input, y), y))
  const share = e.div(gradientOf(at), chosen.length === 1 ? chosen[0]! : e.node('Sum', chosen))
  return place => e.mul(share, chosen[place]!)
})

/** p · x^(p−1), and y · ln x where x > 0. */
const pow: GradientRule = binary(
  (e, { a, b, g }) => {
    const fixed = e.fixed(b)
    if (fixed?.length === 1 && fixed[0] === 2) return e.mul(g, e.add(a, a))
    const power = e.castLike(b, a)
    return e.mul(g, e.mul(power, e.pow(a, e.sub(power, e.constant(1, a)))))
  },
  (e, { a, y, g }) => {
    const positive = e.greater(a, e.constant(0, a))
    const logarithm = e.log(e.where(positive, a, e.constant(1, a)))
    return e.mul(g, e.mul(y, logarithm))
  },
)

const where: GradientRule = at => {
  const { e, node } = at
  const condition = node.inputs[0]!
  const zero = e.constant(0, node.outputs[0]!)
  const g = gradientOf(at)
  return selected(at, place => (place === 1 ? e.where(condition, g, zero) : e.where(condition, zero, g)))
}

/** The gradients of the inputs 1 and 2, summed back to their shapes. */
function selected(at: Backward, gradient: (place: number) => string): readonly (string | undefined)[] {
  return variadic(() => gradient)({ ...at, wants: place => place > 0 && at.wants(place) })
}

/** Outside training Dropout passes its input on. */
const dropout: GradientRule = at => {
  const training = at.node.inputs[2]
  if (training !== undefined && training !== '' && at.e.fixed(training)?.[0] !== 0) {
    throw new Problem(
      'Cannot differentiate Dropout: it is in training mode, and its mask could not be drawn again; multiply by a mask instead',
    )
  }
  return [gradientOf(at)]
}

/** α where 0 < y < 1. */
const hardSigmoid: GradientRule = unary((e, { node, y, g }) => {
  const inside = e.sign(e.mul(y, e.sub(e.constant(1, y), y)))
  return e.mul(g, e.mul(inside, e.constant(floatOf(node, 'alpha', 0.2), y)))
})

/** h(x) + x·h′(x) with h the hard sigmoid of slope 1/6. */
const hardSwish: GradientRule = unary((e, { x, g }) => {
  const h = e.node('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) })
  const inside = e.sign(e.mul(h, e.sub(e.constant(1, x), h)))
  return e.mul(g, e.add(h, e.mul(e.mul(x, inside), e.constant(1 / 6, x))))
})

const elu: GradientRule = unary((e, { node, x, y, g }) => {
  const falling = e.add(y, e.constant(floatOf(node, 'alpha', 1), y))
  return e.where(e.greater(x, e.constant(0, x)), g, e.mul(g, falling))
})

const leakyRelu: GradientRule = unary((e, { node, x, g }) => {
  const slope = e.constant(floatOf(node, 'alpha', 0.01), x)
  return e.where(e.greater(x, e.constant(0, x)), g, e.mul(g, slope))
})

const abs: GradientRule = unary((e, { x, g }) => e.mul(g, e.sign(x)))
const same: GradientRule = unary((_e, { g }) => g)

export const elementwiseRules: RulesFor<
  | 'Abs'
  | 'Add'
  | 'Cast'
  | 'Clip'
  | 'Div'
  | 'Dropout'
  | 'Elu'
  | 'Erf'
  | 'Exp'
  | 'HardSigmoid'
  | 'HardSwish'
  | 'Identity'
  | 'LeakyRelu'
  | 'Log'
  | 'Max'
  | 'Min'
  | 'Mul'
  | 'Neg'
  | 'Pow'
  | 'Reciprocal'
  | 'Relu'
  | 'Sigmoid'
  | 'Softplus'
  | 'Sqrt'
  | 'Sub'
  | 'Sum'
  | 'Tanh'
  | 'Where'
> = {
  Abs: abs,
  Add: binary(
    (_e, { g }) => g,
    (_e, { g }) => g,
  ),
  Cast: unary((e, { x, g }) => e.castLike(g, x)),
  // The output equals the input exactly where nothing was cut; at a bound the gradient passes, as in PyTorch's `clamp`.
  Clip: unary((e, { x, y, g }) => e.mul(g, indicator(e, e.equal(x, y), g))),
  Div: binary(
    (e, { b, g }) => e.div(g, b),
    (e, { b, y, g }) => e.neg(e.mul(g, e.div(y, b))),
  ),
  Dropout: dropout,
  Elu: elu,
  Erf: erf,
  Exp: unary((e, { y, g }) => e.mul(g, y)),
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: same,
  LeakyRelu: leakyRelu,
  Log: unary((e, { x, g }) => e.div(g, x)),
  Max: extreme,
  Min: extreme,
  Mul: binary(
    (e, { b, g }) => e.mul(g, b),
    (e, { a, g }) => e.mul(g, a),
  ),
  Neg: unary((e, { g }) => e.neg(g)),
  Pow: pow,
  Reciprocal: unary((e, { y, g }) => e.neg(e.mul(g, e.mul(y, y)))),
  // y is never negative: its sign is 1 where x > 0 and 0 elsewhere.
  Relu: unary((e, { y, g }) => e.mul(g, indicator(e, e.greater(y, e.constant(0, y)), y))),
  Sigmoid: unary((e, { y, g }) => e.mul(g, e.mul(y, e.sub(e.constant(1, y), y)))),
  Softplus: unary((e, { x, g }) => e.mul(g, e.sigmoid(x))),
  Sqrt: unary((e, { y, g }) => e.div(g, e.add(y, y))),
  Sub: binary(
    (_e, { g }) => g,
    (e, { g }) => e.neg(g),
  ),
  Sum: variadic(at => () => gradientOf(at)),
  Tanh: unary((e, { y, g }) => e.mul(g, e.sub(e.constant(1, y), e.mul(y, y)))),
  Where: where,
}
