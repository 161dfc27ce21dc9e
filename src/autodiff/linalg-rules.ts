import { float, floatOf, int, intOf } from '../graph/index.ts'
import { sumTo } from './broadcasting.ts'
import { einsumRule } from './einsum-rule.ts'
import { type Expressions, knownSizes } from './expressions.ts'
import { type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'

interface Turned {
  readonly name: string
  readonly transposed: boolean
}

/** α · A′ · B′ of two matrices. */
function product(e: Expressions, a: Turned, b: Turned, alpha = 1): string {
  return e.node('Gemm', [a.name, b.name], {
    ...(alpha !== 1 && { alpha: float(alpha) }),
    ...(a.transposed && { transA: int(1) }),
    ...(b.transposed && { transB: int(1) }),
  })
}

/** Y = αA′B′ + βC: dA′ = α·dY·B′ᵀ, dB′ = α·A′ᵀ·dY, each turned back; dC = β·dY. */
const gemm: GradientRule = at => {
  const { e, node } = at
  const g: Turned = { name: gradientOf(at), transposed: false }
  const alpha = floatOf(node, 'alpha', 1)
  const beta = floatOf(node, 'beta', 1)
  const a: Turned = { name: node.inputs[0]!, transposed: intOf(node, 'transA', 0) === 1 }
  const b: Turned = { name: node.inputs[1]!, transposed: intOf(node, 'transB', 0) === 1 }
  const ofA = (): string => (a.transposed ? product(e, b, turn(g), alpha) : product(e, g, turn(b), alpha))
  const ofB = (): string => (b.transposed ? product(e, turn(g), a, alpha) : product(e, turn(a), g, alpha))
  const ofC = (): string => {
    const scaled = beta === 1 ? g.name : e.mul(g.name, e.constant(beta, g.name))
    return sumTo(e, scaled, node.outputs[0]!, node.inputs[2]!)
  }
  return [at.wants(0) ? ofA() : undefined, at.wants(1) ? ofB() : undefined, at.wants(2) ? ofC() : undefined]
}

const turn = ({ name, transposed }: Turned): Turned => ({ name, transposed: !transposed })

/** dA = dY·Bᵀ, dB = Aᵀ·dY; vectors are matrices with one row or column, and broadcast batches are summed. */
const matMul: GradientRule = at => {
  const { e, node } = at
  const [a, b] = [node.inputs[0]!, node.inputs[1]!]
  const [rankA, rankB] = [e.dims(a).length, e.dims(b).length]
  if (rankB === 2 && rankA >= 2) return manyByMatrix(e, a, b, gradientOf(at), at.wants)
  const left = rankA === 1 ? e.reshape(a, [1, -1]) : a
  const right = rankB === 1 ? e.reshape(b, [-1, 1]) : b
  const g = withVectorAxes(e, gradientOf(at), rankA, rankB)
  const ofA = (): string => back(e, e.matMul(g, swapped(e, right)), left, a)
  const ofB = (): string => back(e, e.matMul(swapped(e, left), g), right, b)
  return [at.wants(0) ? ofA() : undefined, at.wants(1) ? ofB() : undefined]
}

/** Any number of rows times one matrix: two plain products, without a sum over batches. */
function manyByMatrix(
  e: Expressions,
  a: string,
  b: string,
  g: string,
  wants: (input: number) => boolean,
): readonly (string | undefined)[] {
  const flat = (value: string): string => {
    const last = knownSizes(e.dims(value).slice(-1))
    if (e.dims(value).length === 2) return value
    return last === undefined ? e.node('Flatten', [value], { axis: int(-1) }) : e.reshape(value, [-1, last[0]!])
  }
  const ofA = (): string =>
    e.reshapeLike(product(e, { name: flat(g), transposed: false }, { name: b, transposed: true }), a)
  const ofB = (): string => product(e, { name: flat(a), transposed: true }, { name: flat(g), transposed: false })
  return [wants(0) ? ofA() : undefined, wants(1) ? ofB() : undefined]
}

/** Gives a product the axes of size 1 that its vectors lost. */
function withVectorAxes(e: Expressions, value: string, rankA: number, rankB: number): string {
  const axes = [...(rankA === 1 ? [-2] : []), ...(rankB === 1 ? [-1] : [])]
  if (axes.length === 0) return value
  return e.node('Unsqueeze', [value, e.integers(rankA === 1 && rankB > 1 ? [-2] : axes)])
}

/** Sums broadcast batches away and restores a vector's shape. The matrices themselves, the last two axes, are never broadcast. */
function back(e: Expressions, gradient: string, matrix: string, original: string): string {
  return e.reshapeLike(sumTo(e, gradient, gradient, matrix, 2), original)
}

/** Swaps the last two axes. */
function swapped(e: Expressions, value: string): string {
  const rank = e.dims(value).length
  const order = Array.from({ length: rank }, (_, axis) => axis)
  return e.transpose(value, [...order.slice(0, -2), rank - 1, rank - 2])
}

export const linalgRules: RulesFor<'Einsum' | 'Gemm' | 'MatMul'> = { Einsum: einsumRule, Gemm: gemm, MatMul: matMul }
