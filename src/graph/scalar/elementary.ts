import type { ScalarFunction } from './scalar-function.ts'

export const abs: ScalarFunction = {
  value: Math.abs,
  slope: (m, { x }) => m.sign(x),
  kinks: [0],
  wholeNumbers: true,
}

export const neg: ScalarFunction = {
  value: x => -x,
  slope: () => -1,
  wholeNumbers: true,
}

export const reciprocal: ScalarFunction = {
  value: x => 1 / x,
  slope: (m, { y }) => m.neg(m.mul(y, y)),
  domain: [0.2, 3],
}

export const exp: ScalarFunction = { value: Math.exp, slope: (_m, { y }) => y }

export const log: ScalarFunction = { value: Math.log, slope: (m, { x }) => m.div(1, x), domain: [0.1, 4] }

export const sqrt: ScalarFunction = { value: Math.sqrt, slope: (m, { y }) => m.div(0.5, y), domain: [0.1, 4] }

export const sin: ScalarFunction = { value: Math.sin, slope: (m, { x }) => m.cos(x) }

export const cos: ScalarFunction = { value: Math.cos, slope: (m, { x }) => m.neg(m.sin(x)) }

export const tanh: ScalarFunction = { value: Math.tanh, slope: (m, { y }) => m.sub(1, m.mul(y, y)) }

/** e^(−x²) · 2/√π */
export const erf: ScalarFunction = {
  value: errorFunction,
  slope: (m, { x }) => m.mul(2 / Math.sqrt(Math.PI), m.exp(m.neg(m.mul(x, x)))),
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz and Stegun 7.1.6): all terms of one sign. */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}
