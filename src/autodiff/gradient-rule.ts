import type { Node } from '../graph/index.ts'
import { sumTo } from './broadcasting.ts'
import type { Expressions } from './expressions.ts'

/** Where the reverse walk stands: a node, the gradients of its outputs, and which of its inputs want one. */
export interface Backward {
  readonly e: Expressions
  readonly node: Node
  /** One an output; undefined where nothing flows back. Each has its output's shape. */
  readonly gradients: readonly (string | undefined)[]
  wants(input: number): boolean
}

/** The gradients of a node's inputs, each with its input's shape; undefined, or left out, where there is none. */
export type GradientRule = (at: Backward) => readonly (string | undefined)[]

/** Exactly one rule for each of the operators. */
export type RulesFor<Op extends string> = { readonly [K in Op]: GradientRule }

/** What the formula of one output is written in: inputs, output, the output's gradient. */
export interface Terms {
  readonly node: Node
  readonly x: string
  readonly y: string
  readonly g: string
}

type Formula = (e: Expressions, terms: Terms) => string
type PairFormula = (
  e: Expressions,
  terms: { readonly a: string; readonly b: string; readonly y: string; readonly g: string },
) => string

/** The gradient of the only output that matters. */
export function gradientOf(at: Backward): string {
  const gradient = at.gradients[0]
  if (gradient === undefined) throw new Error(`${at.node.op} was asked for gradients without one of its first output`)
  return gradient
}

/** A function of its first input; any others are settings. */
export function unary(formula: Formula): GradientRule {
  return at => [formula(at.e, { node: at.node, x: at.node.inputs[0]!, y: at.node.outputs[0]!, g: gradientOf(at) })]
}

/** A function of two inputs that broadcast: each gradient is summed back to its input's shape. */
export function binary(left: PairFormula, right: PairFormula): GradientRule {
  return at => {
    const [a, b] = [at.node.inputs[0]!, at.node.inputs[1]!]
    const terms = { a, b, y: at.node.outputs[0]!, g: gradientOf(at) }
    return [
      at.wants(0) ? sumTo(at.e, left(at.e, terms), terms.y, a) : undefined,
      at.wants(1) ? sumTo(at.e, right(at.e, terms), terms.y, b) : undefined,
    ]
  }
}

/** A function of any number of inputs that broadcast. `formula` makes the gradient for each wanted place. */
export function variadic(formula: (at: Backward) => (place: number) => string): GradientRule {
  return at => {
    const gradient = formula(at)
    return at.node.inputs.map((input, place) =>
      at.wants(place) ? sumTo(at.e, gradient(place), at.node.outputs[0]!, input) : undefined,
    )
  }
}

/** The input's numbers in another arrangement of the same order. */
export const rearranged: GradientRule = unary((e, { x, g }) => e.reshapeLike(g, x))
