import type { Node } from '../graph.ts'

/**
 * An operator that makes one number of one number, whatever the shape: everything that the program knows of it. Its shape
 * rule, its meaning in the reference and its gradient follow.
 */
export interface ScalarFunction {
  /** What the operator computes, in float64, with the attributes of the node. */
  readonly value: (x: number, node: Node) => number
  /** The derivative. */
  readonly slope: Slope
  /** The numbers that it is defined for. Default: all. */
  readonly domain?: readonly [low: number, high: number]
  /** Where it has no derivative, with the attributes at their defaults. Default: nowhere. */
  readonly kinks?: readonly number[]
  /** It takes whole numbers too. Default: floating numbers only. */
  readonly wholeNumbers?: boolean
  /** The operator set that it came with, where that is newer than 13. */
  readonly since?: number
}

/** Writes the derivative at x, where the function has the value y, in the graph that `m` adds to. */
export type Slope = (m: Arithmetic, at: { readonly x: string; readonly y: string; readonly node: Node }) => Term

/** The name of a value in a graph, or a number. */
export type Term = string | number

/** What derivatives are written in. Each adds a node and returns the name of its value. */
export interface Arithmetic {
  readonly add: (a: Term, b: Term) => string
  readonly sub: (a: Term, b: Term) => string
  readonly mul: (a: Term, b: Term) => string
  readonly div: (a: Term, b: Term) => string
  readonly neg: (x: string) => string
  readonly abs: (x: string) => string
  readonly sign: (x: string) => string
  readonly exp: (x: string) => string
  readonly sqrt: (x: string) => string
  readonly sin: (x: string) => string
  readonly cos: (x: string) => string
  readonly tanh: (x: string) => string
  readonly erf: (x: string) => string
  readonly sigmoid: (x: string) => string
  readonly softplus: (x: string) => string
  /** `yes` where a > b, elsewhere `no`. */
  readonly above: (a: string, b: number, yes: Term, no: Term) => string
}
