import { floatOf, stringOf } from '../attributes.ts'
import type { Node } from '../graph.ts'
import { errorFunction } from './elementary.ts'
import type { Arithmetic, ScalarFunction } from './scalar-function.ts'

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const softPlus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

export const relu: ScalarFunction = {
  value: x => Math.max(x, 0),
  slope: (m, { y }) => m.above(y, 0, 1, 0),
  kinks: [0],
  wholeNumbers: true,
}

export const leakyRelu: ScalarFunction = {
  value: (x, node) => (x >= 0 ? x : floatOf(node, 'alpha', 0.01) * x),
  slope: (m, { x, node }) => m.above(x, 0, 1, floatOf(node, 'alpha', 0.01)),
  kinks: [0],
}

/** Below 0 the value is α(eˣ − 1), so the slope is the value + α. */
export const elu: ScalarFunction = {
  value: (x, node) => (x > 0 ? x : floatOf(node, 'alpha', 1) * Math.expm1(x)),
  slope: (m, { x, y, node }) => m.above(x, 0, 1, m.add(y, floatOf(node, 'alpha', 1))),
  kinks: [0],
}

/** Below 0 the value is α(e^(x/α) − 1), so the slope is the value/α + 1. */
export const celu: ScalarFunction = {
  value: (x, node) => (x > 0 ? x : floatOf(node, 'alpha', 1) * Math.expm1(x / floatOf(node, 'alpha', 1))),
  slope: (m, { x, y, node }) => m.above(x, 0, 1, m.add(m.div(y, floatOf(node, 'alpha', 1)), 1)),
  kinks: [0],
}

/** The constants of Klambauer et al. 2017, as ONNX states them. */
const selu_ = (node: Node): { alpha: number; gamma: number } => ({
  alpha: floatOf(node, 'alpha', 1.6732631921768188),
  gamma: floatOf(node, 'gamma', 1.0507010221481323),
})

/** γx, below 0 γα(eˣ − 1): the slope is γ, or the value + γα. */
export const selu: ScalarFunction = {
  value: (x, node) => selu_(node).gamma * (x > 0 ? x : selu_(node).alpha * Math.expm1(x)),
  slope: (m, { x, y, node }) => {
    const { alpha, gamma } = selu_(node)
    return m.above(x, 0, gamma, m.add(y, alpha * gamma))
  },
  kinks: [0],
}

export const sigmoid: ScalarFunction = { value: logistic, slope: (m, { y }) => m.mul(y, m.sub(1, y)) }

export const softplus: ScalarFunction = { value: softPlus, slope: (m, { x }) => m.sigmoid(x) }

/** α where 0 < y < 1. */
export const hardSigmoid: ScalarFunction = {
  value: (x, node) => clamp(floatOf(node, 'alpha', 0.2) * x + floatOf(node, 'beta', 0.5), 0, 1),
  slope: (m, { y, node }) => m.mul(inside(m, y), floatOf(node, 'alpha', 0.2)),
  kinks: [-2.5, 2.5],
  domain: [-4, 4],
}

/** 1 where 0 < h < 1, elsewhere 0, for an h that never leaves [0, 1]. */
const inside = (m: Arithmetic, h: string): string => m.sign(m.mul(h, m.sub(1, h)))

/** x · h(x) with h(x) = x/6 + ½ held to [0, 1]: 0, then (2x + 3)/6, then 1. */
export const hardSwish: ScalarFunction = {
  value: x => x * clamp(x / 6 + 0.5, 0, 1),
  slope: (m, { x }) => m.above(x, 3, 1, m.above(x, -3, m.add(m.div(x, 3), 0.5), 0)),
  kinks: [-3, 3],
  domain: [-5, 5],
  since: 14,
}

/** Hendrycks and Gimpel 2016: x·Φ(x), or with tanh in place of Φ. */
export const gelu: ScalarFunction = {
  value: (x, node) => 0.5 * x * (1 + (isTanh(node) ? Math.tanh(bend(x)) : errorFunction(x / Math.SQRT2))),
  slope: (m, { x, node }) => (isTanh(node) ? geluTanhSlope(m, x) : geluSlope(m, x)),
  since: 20,
}

const isTanh = (node: Node): boolean => stringOf(node, 'approximate', 'none') === 'tanh'
const cubic = 0.044715
const bend = (x: number): number => Math.sqrt(2 / Math.PI) * (x + cubic * x ** 3)

/** Φ(x) + x·φ(x) */
function geluSlope(m: Arithmetic, x: string): string {
  const below = m.mul(0.5, m.add(1, m.erf(m.mul(x, Math.SQRT1_2))))
  const density = m.mul(1 / Math.sqrt(2 * Math.PI), m.exp(m.mul(-0.5, m.mul(x, x))))
  return m.add(below, m.mul(x, density))
}

/** With u = √(2/π)(x + cx³) and t = tanh u: ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 3cx²) */
function geluTanhSlope(m: Arithmetic, x: string): string {
  const square = m.mul(x, x)
  const root = Math.sqrt(2 / Math.PI)
  const t = m.tanh(m.mul(x, m.add(root, m.mul(root * cubic, square))))
  const rising = m.add(root, m.mul(3 * cubic * root, square))
  const bent = m.mul(m.mul(x, m.sub(1, m.mul(t, t))), rising)
  return m.mul(0.5, m.add(m.add(1, t), bent))
}

/** x · tanh(softplus(x)), with t the tanh: t + x(1 − t²)·sigmoid(x) */
export const mish: ScalarFunction = {
  value: x => x * Math.tanh(softPlus(x)),
  slope: (m, { x }) => {
    const t = m.tanh(m.softplus(x))
    return m.add(t, m.mul(m.mul(x, m.sub(1, m.mul(t, t))), m.sigmoid(x)))
  },
  since: 18,
}
