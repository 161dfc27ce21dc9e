import { type Arithmetic, type ScalarFunction, scalarFunctions, type Term } from '../graph/index.ts'
import type { Expressions } from './expressions.ts'
import { type GradientRule, unary } from './gradient-rule.ts'

/** g · f′(x) for each function of one number. */
export const scalarRules: Readonly<Record<string, GradientRule>> = Object.fromEntries(
  Object.entries(scalarFunctions).map(([name, f]) => [name, chainRule(f)]),
)

function chainRule({ slope }: ScalarFunction): GradientRule {
  return unary((e, { node, x, y, g }) => {
    const factor = slope(arithmetic(e, x), { x, y, node })
    return factor === -1 ? e.neg(g) : e.mul(g, named(e, factor, x))
  })
}

/** Numbers become constants of the element type of `like`. */
function arithmetic(e: Expressions, like: string): Arithmetic {
  const of = (term: Term): string => named(e, term, like)
  const binary =
    (write: (a: string, b: string) => string) =>
    (a: Term, b: Term): string =>
      write(of(a), of(b))
  const unaryOf =
    (op: string) =>
    (x: string): string =>
      e.node(op, [x])
  return {
    add: binary(e.add),
    sub: binary(e.sub),
    mul: binary(e.mul),
    div: binary(e.div),
    neg: e.neg,
    abs: e.abs,
    sign: e.sign,
    exp: e.exp,
    sqrt: e.sqrt,
    sin: unaryOf('Sin'),
    cos: unaryOf('Cos'),
    tanh: unaryOf('Tanh'),
    erf: unaryOf('Erf'),
    sigmoid: e.sigmoid,
    softplus: unaryOf('Softplus'),
    above: (a, b, yes, no) => {
      const there = e.greater(a, of(b))
      return yes === 1 && no === 0 ? e.castLike(there, like) : e.where(there, of(yes), of(no))
    },
  }
}

function named(e: Expressions, term: Term, like: string): string {
  return typeof term === 'number' ? e.constant(term, like) : term
}
