import { Problem } from '../core/index.ts'
import { sumTo } from './broadcasting.ts'
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

/** The inputs that equal the output share its gradient evenly, as in PyTorch's `amax`. */
const extreme: GradientRule = variadic(at => {
  const { e, node } = at
  const y = node.outputs[0]!
  const chosen = node.inputs.map(input => indicator(e, e.equal(input, y), y))
  const share = e.div(gradientOf(at), chosen.length === 1 ? chosen[0]! : e.node('Sum', chosen))
  return place => e.mul(share, chosen[place]!)
})

/**
 * The output equals the input exactly where nothing was cut; at a bound the gradient passes, as in PyTorch's `clamp`. Where
 * something was cut, the gradient is that of the bound.
 */
const clip: GradientRule = at => {
  const { e, node } = at
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const g = gradientOf(at)
  const part = (condition: string): string => e.mul(g, indicator(e, condition, g))
  const ofBound = (place: number): string => {
    const bound = node.inputs[place]!
    return sumTo(e, part(place === 1 ? e.greater(y, x) : e.greater(x, y)), y, bound)
  }
  return [
    at.wants(0) ? part(e.equal(x, y)) : undefined,
    at.wants(1) ? ofBound(1) : undefined,
    at.wants(2) ? ofBound(2) : undefined,
  ]
}

/** p · x^(p−1), which is 0 for p = 0 though x is 0; and y · ln x where x > 0. */
const pow: GradientRule = binary(
  (e, { a, b, g }) => {
    const fixed = e.fixed(b)
    if (fixed?.length === 1 && fixed[0] === 2) return e.mul(g, e.add(a, a))
    const power = e.castLike(b, a)
    const slope = e.mul(power, e.pow(a, e.sub(power, e.constant(1, a))))
    if (fixed?.every(exponent => exponent !== 0)) return e.mul(g, slope)
    const zero = e.constant(0, a)
    return e.mul(g, e.where(e.equal(power, zero), zero, slope))
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

/** Below 0 the slope that was learned; its own gradient is x there. */
const pRelu: GradientRule = binary(
  (e, { a, b, g }) => e.mul(g, e.where(e.greater(a, e.constant(0, a)), e.constant(1, a), b)),
  (e, { a, g }) => e.mul(g, e.where(e.greater(a, e.constant(0, a)), e.constant(0, a), a)),
)

/** A square, one value times itself, has one gradient and not two that are added. */
const mul: GradientRule = at => {
  const [a, b] = at.node.inputs
  const g = gradientOf(at)
  if (a === b) return [at.e.mul(at.e.add(g, g), a!)]
  return product(at)
}

const product: GradientRule = binary(
  (e, { b, g }) => e.mul(g, b),
  (e, { a, g }) => e.mul(g, a),
)

/** The value of the second input does not matter, only its type. */
const castLike: GradientRule = at => {
  const [x, like] = at.node.inputs
  return [at.wants(0) ? at.e.castLike(gradientOf(at), x!) : undefined, at.wants(1) ? at.e.zerosLike(like!) : undefined]
}

const same: GradientRule = unary((_e, { g }) => g)

export const elementwiseRules: RulesFor<
  | 'Add'
  | 'Cast'
  | 'CastLike'
  | 'Clip'
  | 'Div'
  | 'Dropout'
  | 'Identity'
  | 'Max'
  | 'Mean'
  | 'Min'
  | 'Mod'
  | 'Mul'
  | 'PRelu'
  | 'Pow'
  | 'Sub'
  | 'Sum'
  | 'Where'
> = {
  Add: binary(
    (_e, { g }) => g,
    (_e, { g }) => g,
  ),
  Cast: unary((e, { x, g }) => e.castLike(g, x)),
  CastLike: castLike,
  Clip: clip,
  Div: binary(
    (e, { b, g }) => e.div(g, b),
    (e, { b, y, g }) => e.neg(e.mul(g, e.div(y, b))),
  ),
  Dropout: dropout,
  Identity: same,
  Max: extreme,
  Mean: variadic(at => {
    const share = at.e.div(gradientOf(at), at.e.constant(at.node.inputs.length, at.node.outputs[0]!))
    return () => share
  }),
  Min: extreme,
  // y = a − n·b with a whole number n of steps.
  Mod: binary(
    (_e, { g }) => g,
    (e, { a, b, y, g }) => e.mul(g, e.div(e.sub(y, a), b)),
  ),
  Mul: mul,
  PRelu: pRelu,
  Pow: pow,
  Sub: binary(
    (_e, { g }) => g,
    (e, { g }) => e.neg(g),
  ),
  Sum: variadic(at => () => gradientOf(at)),
  Where: where,
}
